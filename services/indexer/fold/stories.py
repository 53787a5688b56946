"""Stories as connected components of pairs, and each article's role in its story. Pure.

All of it is a function of the set: the order in which articles, pairs or members are given never matters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from services.indexer.fold.pairs import Pair, containment
from services.indexer.fold.shingles import Sketch, missing
from services.indexer.fold.words import words
from shared.schema import CopyRole

TIE = timedelta(minutes=15)  # titles stamp one agency text at different minutes, often with their own time of import
CUT_SHARE = 0.15  # of the original's words that a trim lost, by sentences
ADDED_SHARE = 0.1  # of its own words that a localised copy added, by sentences: a paragraph in a text of usual length


@dataclass(frozen=True)
class Member:
    """What decides an article's role in its story."""

    id: int
    text: str  # without the publication's furniture
    sketch: Sketch  # of `text`
    recorded_at: datetime | None  # published, else first seen
    url: str | None = None
    canonical_url: str | None = None
    agency_own: bool = False  # the agency itself published it, not a title that carries it
    publisher: str | None = None  # the title's name
    credit: str | None = None  # whom the article names as its source


@dataclass(frozen=True)
class Role:
    """An article's place in its story."""

    role: CopyRole
    copy_of: int | None  # the original's id; None: it is the original
    similarity: float | None  # containment with the original, 0 to 1; None: it is the original
    cut: float = 0.0  # share of the original's words in sentences that it has not
    added: float = 0.0  # share of its words in sentences that the original has not


class Forest:
    """Which articles are connected so far (union-find); each is alone at first."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._parent = {id_: id_ for id_ in ids}

    def __contains__(self, id_: int) -> bool:
        return id_ in self._parent

    def join(self, a: int, b: int) -> None:
        """Connect two articles, and with them all that are connected to either."""
        a, b = self._root(a), self._root(b)
        self._parent[max(a, b)] = min(a, b)

    def joined(self, a: int, b: int) -> bool:
        """Return whether two articles are connected."""
        return self._root(a) == self._root(b)

    def all_joined(self, ids: Iterable[int]) -> bool:
        """Return whether all of these articles are connected."""
        return len({self._root(id_) for id_ in ids}) < 2

    def sets(self) -> list[frozenset[int]]:
        """Return the sets of connected articles, ordered by their smallest ids."""
        found: dict[int, list[int]] = {}
        for id_ in sorted(self._parent):
            found.setdefault(self._root(id_), []).append(id_)
        return [frozenset(members) for members in found.values()]

    def _root(self, id_: int) -> int:
        parent = self._parent
        while parent[id_] != id_:
            parent[id_] = id_ = parent[parent[id_]]
        return id_


def components(ids: Iterable[int], pairs: Iterable[Pair]) -> list[frozenset[int]]:
    """Return the sets of articles that pairs connect, each article in exactly one, ordered by their smallest ids.

    A pair with an article that is not among `ids` connects nothing.
    """
    forest = Forest(ids)
    for pair in pairs:
        if pair.a in forest and pair.b in forest:
            forest.join(pair.a, pair.b)
    return forest.sets()


def original(members: Sequence[Member]) -> Member:
    """Return the member that the others copied.

    The one that others name as canonical; else the agency's own; else that of the title which is credited; else the
    earliest, where all within `TIE` of the earliest are equally early and those without a time late; of several the
    longest text, then the earliest after all, then the first address. The id decides last, for it says only who came
    first.
    """
    named = {member.canonical_url for member in members if member.canonical_url and member.canonical_url != member.url}
    pool = [member for member in members if member.url in named] or list(members)
    pool = [member for member in pool if member.agency_own] or pool
    credited = {" ".join(words(member.credit)) for member in members if member.credit}
    pool = [member for member in pool if member.publisher and " ".join(words(member.publisher)) in credited] or pool
    times = [member.recorded_at for member in pool if member.recorded_at is not None]
    if times:
        latest = min(times) + TIE
        pool = [member for member in pool if member.recorded_at is not None and member.recorded_at <= latest]
    return min(pool, key=_standing)


def _standing(member: Member) -> tuple[int, float, str, int]:
    recorded = member.recorded_at.timestamp() if member.recorded_at else inf
    return -member.sketch.words, recorded, member.url or "", member.id


def roles(members: Sequence[Member]) -> dict[int, Role]:
    """Return the role of each member of one story, by article id."""
    source = original(members)
    return {member.id: _role(member, source) for member in members}


def _role(member: Member, source: Member) -> Role:
    if member.id == source.id:
        return Role(CopyRole.ORIGINAL, None, None)
    cut = _share(missing(source.text, member.sketch.hashes))
    added = _share(missing(member.text, source.sketch.hashes))
    return Role(_kind(cut, added), source.id, containment(member.sketch, source.sketch), cut, added)


def _share(part_of_whole: tuple[int, int]) -> float:
    part, whole = part_of_whole
    return part / whole if whole else 0.0


def _kind(cut: float, added: float) -> CopyRole:
    """Return what the copy did to its original; one that both cut and added is localised."""
    if added >= ADDED_SHARE:
        return CopyRole.LOCALISED
    return CopyRole.TRIM if cut >= CUT_SHARE else CopyRole.COPY


def assign(stories: Sequence[frozenset[int]], current: Mapping[int, int]) -> dict[int, int | None]:
    """Return the story id of each article, given its components and the story ids that articles hold now.

    Components choose in order of their size, the largest first, of equal ones that with the smallest article id; each
    keeps the smallest story id that its members hold and that no component before it has taken. So of stories that
    unite the oldest stays, and of one that parts the larger part keeps the id. None: a new story is needed, one for
    each component.
    """
    taken: set[int] = set()
    chosen: dict[int, int | None] = {}
    for members in sorted(stories, key=lambda members: (-len(members), min(members))):
        held = {current[id_] for id_ in members if id_ in current} - taken
        story = min(held, default=None)
        if story is not None:
            taken.add(story)
        chosen.update(dict.fromkeys(sorted(members), story))
    return chosen
