"""How a feed's own documents are read, and which of their entries are wanted. Pure.

A rule is a selector of a page: CSS, or XPath 1.0 where it begins with `/`, `./` or `(`. Where `items` begins with `$`,
the document is JSON and every rule of the listing is a path in it. `rewrite` alone says where pages are asked for, and
not how they are read: see `shared.rewriting`. Rules travel with the feed to whoever reads what
it answers; `services.parser.formats.rules` says which can be read. A pattern is a field of an entry and what is looked
for in it, `headline:budget`: see `services.parser.sieve`.
"""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.digests import sha256
from shared.schema import Value

RULE_CHARS = 500
MOST_DROPPED = 50  # and as many patterns of a kind
DIGEST_CHARS = 8  # in the name of who reads by rules; it tells one feed's former rules from its present ones
Rule = Annotated[
    str, StringConstraints(min_length=1, max_length=RULE_CHARS, strip_whitespace=True, pattern=r"^[^\r\n]*$")
]
LISTING = (
    "items", "link", "headline", "summary", "text", "date", "byline", "image", "keywords", "identifier", "next",
)  # fmt: skip
PATTERNS = ("keep", "leave_out")  # which say nothing of how it is read
Patterns = Annotated[tuple[Rule, ...], Field(max_length=MOST_DROPPED)]


def quoted(rule: str | None) -> str:
    """Return a rule as it is written in a shell, nothing in it doubled: what is shown can be given again.

    >>> print(quoted(r"/news/(\\d+).* /print/\\1"), quoted("it's"))
    '/news/(\\d+).* /print/\\1' "it's"
    """
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in rule or "")
    return f"'{plain}'" if "'" not in plain else f'"{plain}"'


class Rules(Value):
    """A feed's rules. Those from `link` to `identifier` look within one item, from `body` on at articles' pages."""

    items: Rule | None = None  # None: what the feed answers is read by its format
    link: Rule | None = None
    headline: Rule | None = None
    summary: Rule | None = None
    text: Rule | None = None  # the whole of it
    date: Rule | None = None
    byline: Rule | None = None
    image: Rule | None = None
    keywords: Rule | None = None
    identifier: Rule | None = None  # None: the link is it
    next: Rule | None = None  # where older articles are
    zone: Rule | None = None  # of dates that name none
    script: Rule | None = None  # the element of a page that holds the JSON in which `items` is a path
    body: Rule | None = None
    drop: Annotated[tuple[Rule, ...], Field(max_length=MOST_DROPPED)] = ()
    rewrite: Rule | None = None  # what makes the address of the page of the article's link
    keep: Patterns = ()  # an entry that meets none of them is not stored; none given: all are wanted
    leave_out: Patterns = ()  # nor is one that meets any of these

    @property
    def listed(self) -> bool:
        """Whether what the feed answers is read by rules."""
        return self.items is not None

    @property
    def in_json(self) -> bool:
        """Whether the listing's rules are paths in JSON."""
        return (self.items or "").startswith("$")

    @property
    def for_pages(self) -> tuple[object, ...]:
        """What they say of articles' pages."""
        return self.body, self.drop, self.rewrite

    @property
    def reading(self) -> "Rules":
        """Those that say how it and its articles' pages are read, without the patterns."""
        return self.model_copy(update=dict.fromkeys(PATTERNS, ()))

    @property
    def digest(self) -> str:
        """What tells these rules from others that read otherwise; empty where they leave the reading as it is."""
        return self._digest(exclude={"rewrite", *PATTERNS})

    @property
    def patterns_digest(self) -> str:
        """What tells these patterns from others; empty where there is none."""
        return self._digest(include=set(PATTERNS))

    @property
    def patterns(self) -> dict[str, tuple[str, ...]]:
        """The patterns by their kind."""
        return {"keep": self.keep, "leave_out": self.leave_out}

    @property
    def sifted(self) -> bool:
        """Whether patterns say which entries are wanted."""
        return bool(self.keep or self.leave_out)

    @property
    def patterns_shown(self) -> str:
        """The patterns as a person reads them.

        >>> Rules(keep=("any:pier",), leave_out=("keyword:sport", "older:30d")).patterns_shown
        "keeps what meets 'any:pier', and leaves out what meets 'keyword:sport' or 'older:30d'"
        """
        told = (("keeps", self.keep), ("leaves out", self.leave_out))
        return ", and ".join(f"{does} what meets {' or '.join(map(quoted, given))}" for does, given in told if given)

    @property
    def shown(self) -> str:
        """How it is read, as a person reads it."""
        said = [f"{name} {quoted(value)}" for name, value in self if isinstance(value, str)]
        return ", ".join([*said, *(f"drop {quoted(one)}" for one in self.drop)])

    def _digest(self, **which: Any) -> str:
        said = self.model_dump_json(exclude_defaults=True, **which)
        return sha256(said)[:DIGEST_CHARS] if said != "{}" else ""


NO_RULES = Rules()
