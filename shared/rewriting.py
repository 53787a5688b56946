r"""Where an article's page is asked for: at the address that its feed's rule makes of the article's link. Pure.

A rule is a pattern and what stands in place of what it meets first, parted by a blank: `/news/ /print/`. In the latter
`\1` to `\9` are the pattern's groups, and `\0` is all that it met. The link stays what the article is known by.
"""

import re
from collections.abc import Callable

from shared.errors import Blocked, UsageError
from shared.hosts import host_of, lane_of
from shared.patterns import compiled
from shared.rules import Rules, quoted

URL_CHARS = 2000  # of an address, as of an article's link
_GROUP = re.compile(r"\\(\d)")
# a host that a pattern or a replacement begins with
_HOST = re.compile(r"\^?\(*https?\??:(?:\\?/){2}((?:[\w-]|\\?\.)+)(?=\\?/|[:?#)$])")


def asked_at(rules: Rules | None, link: str) -> str:
    r"""Return where the page of the article at `link` is asked for: there, unless a rule meets it.

    >>> asked_at(Rules(rewrite=r"/news/(\d+) /print/\1?all=1"), "https://paper.example/news/17")
    'https://paper.example/print/17?all=1'
    """
    if rules is None or rules.rewrite is None:
        return link
    pattern, replacement = _parts(rules.rewrite)
    met = compiled(pattern).search(link)
    if met is None:
        return link
    made = _GROUP.sub(lambda group: met[int(group[1])] or "", replacement)
    return f"{link[: met.start()]}{made}{link[met.end() :]}"[: URL_CHARS + 1]  # enough to see that it is too long


def keep_to_site(link: str, url: str, is_inner: Callable[[str], bool]) -> None:
    """Take the address at which the page of the article at `link` is asked for, where that is on the link's own site.

    :raises Blocked: it is not, or leads inside from outside.
    """
    if url == link:
        return
    if len(url) > URL_CHARS:
        raise Blocked("blocked", f"The rule for rewriting makes an address of more than {URL_CHARS} characters.")
    leads = f"The rule for rewriting leads from {host_of(link)} to {host_of(url) or 'no host'}"
    if lane_of(url) != lane_of(link):
        raise Blocked("blocked", f"{leads}: a page is asked for on its article's own site alone.")
    if is_inner(url) and not is_inner(link):
        raise Blocked("blocked", f"{leads}, which may only be asked for directly.")


def unmet_by(rules: Rules | None, link: str) -> str | None:
    """Return in words that the rule does not meet a link, None where it does or there is none."""
    if rules is None or rules.rewrite is None or compiled(_parts(rules.rewrite)[0]).search(link):
        return None
    return f"the rule for rewriting, {quoted(rules.rewrite)}, does not meet {link}"


def check(rule: str) -> None:
    """Take a rule that can be read.

    :raises UsageError: it cannot, or says itself that it leads to another site.
    """
    pattern, replacement = _parts(rule)
    if not pattern:
        raise UsageError(
            f"{quoted(rule)} is no rule for rewriting: write a pattern and what stands in its place, '/a/ /b/'."
        )
    groups = compiled(pattern).groups
    if strange := next((one for one in _GROUP.findall(replacement) if int(one) > groups), None):
        raise UsageError(f"\\{strange} stands for no group of {quoted(pattern)}, which has {groups or 'none'}.")
    here, there = _host(pattern), _host(replacement)
    if here and there and lane_of(f"http://{here}/") != lane_of(f"http://{there}/"):
        raise UsageError(f"{there} is another site than {here}: a page is asked for on its article's own site alone.")


def _parts(rule: str) -> tuple[str, str]:
    """Return pattern and replacement, the former empty where there is none."""
    pattern, _, replacement = rule.rpartition(" ")
    return pattern.rstrip(), replacement


def _host(text: str) -> str | None:
    """Return the host that a pattern or a replacement begins with, None where it says none to the letter."""
    said = _HOST.match(text)
    return said[1].replace("\\", "").lower() if said else None
