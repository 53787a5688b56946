"""What an entry means for the article it may be a state of: fresh, revised, reparsed, unchanged. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.indexer.articles.identity import resolve
from services.indexer.articles.merge import (
    Head,
    LayerState,
    believed,
    cancelled,
    content_sha256,
    fold_material,
    kinds_of_change,
    merge,
    newer,
)
from shared.messages import Entry

MOST_KEYS = 4  # of one kind that an article is known by


@dataclass(frozen=True)
class Known:
    """An article that the store holds, with its layers."""

    id: int
    headline: str | None
    source_id: str | None
    published_at: datetime | None
    keys: frozenset[str]
    feed_id: int
    story_id: int
    revision: int
    content_sha256: str
    parser: str
    page_state: str
    status: str
    first_seen_at: datetime
    layers: tuple[LayerState, ...]
    turns_at: datetime | None = None  # when time next changes whether it may be read
    purged_at: datetime | None = None  # nothing that is said of it is taken in any more

    @property
    def url_keys(self) -> frozenset[str]:
        """The keys that its addresses gave."""
        return frozenset(key for key in self.keys if key.startswith("url:"))

    def says(self, layer: LayerState) -> bool:
        """Return whether the source of `layer` says these very words of it already."""
        return any(one.source == layer.source and one.content == layer.content for one in self.layers)

    def missing(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of `keys` that it should be known by too; a feed that rewrites them adds no more than a few."""
        kinds = Counter(key.split(":", 1)[0] for key in self.keys)
        return tuple(key for key in keys if key not in self.keys and kinds[key.split(":", 1)[0]] < MOST_KEYS)


@dataclass(frozen=True)
class Source:
    """Who is speaking: a feed or a page, under which lease, read by which parser."""

    name: str  # feed:<id> or page
    lease_no: int
    parser: str
    document_sha256: str | None
    publication_id: int = 0  # of a feed
    feed_id: int | None = None
    article_id: int | None = None  # of a page


@dataclass(frozen=True)
class Fresh:
    """An article that nobody has seen."""

    entry: Entry
    layer: LayerState
    head: Head


@dataclass(frozen=True)
class Revised:
    """A known article whose head changed: `kinds` say how; none of them: only a newer parser reads it otherwise."""

    entry: Entry
    known: Known
    layer: LayerState
    head: Head
    kinds: tuple[str, ...]
    withdrawn: bool
    refold: bool  # its story may be another now


@dataclass(frozen=True)
class Unchanged:
    """A known article whose words are as they were; `layer` is None where an older state came late.

    `head` is there where something beside the words changed, such as a date or a section: no revision, but written.
    """

    entry: Entry
    known: Known
    layer: LayerState | None
    head: Head | None = None
    refold: bool = False
    late: LayerState | None = field(default=None, compare=False)  # the older state, for the history


@dataclass(frozen=True)
class Repeat:
    """An entry for an article that another entry of the same document brings, or a tombstone for none that is known."""

    entry: Entry


Verdict = Fresh | Revised | Unchanged | Repeat


def judge_all(entries: tuple[Entry, ...], known: Mapping[str, Known], source: Source, now: datetime) -> list[Verdict]:
    """Return a verdict for each entry of one document, in order."""
    verdicts: list[Verdict] = []
    claimed: set[str | int] = set()
    for entry in entries:
        article = resolve(entry, known)
        claims: set[str | int] = {article.id} if article else set(entry.keys[:1])
        if claims & claimed or (article is None and entry.cancelled):
            verdicts.append(Repeat(entry))
            continue
        claimed |= claims
        verdicts.append(judge(entry, article, source, now))
    return verdicts


def judge(entry: Entry, known: Known | None, source: Source, now: datetime) -> Fresh | Revised | Unchanged:
    """Return what `entry` means for `known`, which is None where the article is new."""
    if known is None:
        layer = _layer(entry, source, now)
        return Fresh(entry, layer, merge([layer]))
    if known.purged_at is not None:
        return Unchanged(entry, known, None)
    layers = {layer.source: layer for layer in known.layers}
    old = layers.get(source.name)
    layer = _layer(entry, source, now) if not entry.cancelled else _cancelled(entry, old or known.layers[0], source)
    if not newer(old, layer):
        return Unchanged(entry, known, None, late=layer)
    was = merge(known.layers)
    head = merge([*(other for name, other in layers.items() if name != source.name), layer])
    refold = fold_material(head) != fold_material(was)
    if content_sha256(head.content) == known.content_sha256 and _version(source.parser) == _version(known.parser):
        return Unchanged(entry, known, layer, head if head != was else None, refold)
    reread = old is not None and old.digest == layer.digest and source.parser != known.parser
    kinds = () if reread else tuple(kinds_of_change(was.content, head.content))
    gone = head.content.status.value == "cancelled" and known.status != "cancelled"
    return Revised(entry, known, layer, head, kinds, gone, refold)


def _version(parser: str) -> str:
    """Return which version of the parser read, by whatever rules: two feeds of a title may each have their own."""
    return parser.partition("+")[0]


def _layer(entry: Entry, source: Source, now: datetime) -> LayerState:
    content = believed(entry.content, now)
    return LayerState(source.name, source.lease_no, content, entry.url, source.document_sha256, entry.digest)


def _cancelled(entry: Entry, old: LayerState, source: Source) -> LayerState:
    content = cancelled(old.content, entry.content.status_reason)
    return LayerState(source.name, source.lease_no, content, old.url, source.document_sha256, entry.digest)
