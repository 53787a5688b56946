"""Folding in the store: postings find candidates, pairs are rows, stories are their connected components."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection, delete, insert, select

from services.indexer.changes import News
from services.indexer.fold.pairs import Pair as FoldPair
from services.indexer.fold.pairs import judge
from services.indexer.fold.stories import Member, Role, assign, components, roles
from services.indexer.stories import candidates, furniture, pins
from services.indexer.stories.aftermath import forget_moves, keep_copies, note_moves
from services.indexer.stories.texts import Standing, Text, as_candidates, read_rows, read_texts, strip
from services.indexer.stories.window import note_terms
from shared.among import among, among_given
from shared.rows import insert_rows, update_rows
from shared.schema import CopyRole
from shared.settings import Settings
from shared.tables import Article, Pair, Publication, Story

_STORY = ("original_id", "articles", "publications", "ordered_at")
_STORIES = select(Article.story_id).where(among_given(Article.id, "ids"))
_MEMBERS = select(Article.id).where(among_given(Article.story_id, "stories")).order_by(Article.id)
_EDGES = select(Pair.a, Pair.b, Pair.containment).where(among_given(Pair.a, "ids"))
_TITLES = select(Publication.id, Publication.name).where(among_given(Publication.id, "ids"))


def fold(
    connection: Connection, changed: Sequence[int], fresh: frozenset[int], now: datetime, settings: Settings
) -> list[News]:
    """Find the stories of the articles whose text or standing changed; return what that changes for readers.

    `fresh` are those of `changed` that were made in this transaction: no other article knows them yet.
    """
    rows = read_rows(connection, changed)
    known = [row.article.id for row in rows if row.article.id not in fresh]
    of, carriers = furniture.count(connection, [row.sentences for row in rows], known)
    texts = strip(rows, of)
    stripped = read_texts(connection, carriers - texts.keys())
    texts |= stripped
    known += sorted(stripped)
    stories = {texts[id_].story_id for id_ in known}
    partners = _partners(connection, known) if known else {}
    if known:
        candidates.remove(connection, known)
        pins.unpair(connection, known)
    said = {id_: text.claims for id_, text in texts.items()}
    found = candidates.find(connection, as_candidates(texts), said, settings.fold_threshold)
    pairs = _pairs(connection, texts, found.likely, partners, settings)
    candidates.add(connection, as_candidates(texts), said, {id_: text.recorded_at for id_, text in texts.items()})
    note_terms(connection, [(text.id, text.headline, text.plain) for text in texts.values()], known)
    parted = candidates.part_crowd(connection, found, settings.fold_threshold)
    if pairs:
        edges = [(pair.a, pair.b, pair.containment, pair.evidence) for pair in pairs]
        insert_rows(connection, Pair, ("a", "b", "containment", "evidence"), edges)
    paired = {id_ for pair in pairs for id_ in (pair.a, pair.b)} | parted
    stories |= set(connection.scalars(_STORIES, {"ids": list(paired)})) if paired else set()
    return restory(connection, stories, now, fresh) if stories else []


def _partners(connection: Connection, ids: Sequence[int]) -> dict[int, set[int]]:
    """Return the articles with which each of `ids` makes a pair now: they are looked at again, posted or not."""
    partners: dict[int, set[int]] = {id_: set() for id_ in ids}
    for end in (Pair.a, Pair.b):  # each has an index, which PostgreSQL does not see behind an OR
        for a, b in connection.execute(select(Pair.a, Pair.b).where(among(end, ids))):
            partners.setdefault(a, set()).add(b)
            partners.setdefault(b, set()).add(a)
    return partners


def _pairs(
    connection: Connection,
    texts: Mapping[int, Text],
    likely: Mapping[int, set[int]],
    partners: Mapping[int, set[int]],
    settings: Settings,
) -> list[FoldPair]:
    """Return the pairs that `texts` make with each other and with any article that may be the same."""
    window = timedelta(days=settings.fold_window_days)
    wanted = {id_: likely.get(id_, set()) | partners.get(id_, set()) for id_ in texts}
    others = set(chain.from_iterable(wanted.values()))
    held = pins.pinned(connection, others | texts.keys()) if others else set()
    known = as_candidates({**texts, **read_texts(connection, others - texts.keys() - held)})
    pairs = {
        (pair.a, pair.b): pair
        for id_ in texts.keys() - held
        for other in wanted[id_] & known.keys() - held
        if (pair := judge(known[id_], known[other], settings.fold_threshold, window))
    }
    return list(pairs.values())


def restory(
    connection: Connection, stories: set[int], now: datetime, fresh: frozenset[int] = frozenset()
) -> list[News]:
    """Make the components of the articles in `stories` anew; return who moved where."""
    ids = list(connection.scalars(_MEMBERS, {"stories": list(stories)}))
    texts = read_texts(connection, ids)
    computed = [FoldPair(a, b, share, "text") for a, b, share in connection.execute(_EDGES, {"ids": ids})]
    found = components(ids, [*computed, *pins.bonds(connection, ids)])
    given = assign(found, {id_: text.story_id for id_, text in texts.items()})
    told = [[texts[id_] for id_ in sorted(members)] for members in found]
    names = _names(connection, [text for members in told if len(members) > 1 for text in members])
    places = [_place(given[members[0].id] or _new_story(connection, now), members, names) for members in told]
    _write(connection, places, now)
    gone = stories - {place.story for place in places}
    if gone:
        connection.execute(delete(Story).where(among(Story.id, gone)))
    # readers have never seen the stories of articles that this transaction made
    left = sorted((text.story_id, text.copy_role != "original", id_) for id_, text in texts.items() if id_ not in fresh)
    heirs = {story: id_ for story, _, id_ in reversed(left) if story in gone}  # of its original, else of its first
    where = {text.id: place.story for place in places for text in place.members}
    note_moves(connection, [(story, where[id_]) for story, id_ in sorted(heirs.items())], now)
    if emptied := gone - {text.story_id for text in texts.values()}:
        forget_moves(connection, emptied)
    return [news for place in places for news in place.news(fresh)]


def _new_story(connection: Connection, now: datetime) -> int:
    born = {"ordered_at": now, "created_at": now, "updated_at": now}
    return int(connection.scalars(insert(Story).values(born).returning(Story.id)).one())


@dataclass(frozen=True)
class _Place:
    """A story with its members, and the roles of those that may be read; of all, where none may."""

    story: int
    members: Sequence[Text]
    parts: Mapping[int, Role]

    @property
    def original(self) -> Text:
        """The member that the others are copies of."""
        return next(text for text in self.members if text.id in self.parts and self.parts[text.id].copy_of is None)

    @property
    def row(self) -> tuple[int, int, int, datetime]:
        """Its original, how many of its articles may be read, in how many titles, and its time."""
        readable = [text for text in self.members if text.readable]
        titles = len({text.publication_id for text in readable})
        return self.original.id, len(readable), titles, self.original.recorded_at

    def standings(self) -> Iterator[tuple[int, Standing]]:
        """Yield the standing of each member that has another now, by its id; what may not be read is no original."""
        for text in self.members:
            part = self.parts.get(text.id) or Role(_kept_role(text), self.original.id, None)
            standing = (self.story, part.role.value, part.copy_of, part.similarity)
            if standing != text.standing:
                yield text.id, standing

    def news(self, fresh: frozenset[int]) -> list[News]:
        """Return who came from another story, or stands in this one otherwise than readers were told."""
        kind = "folded" if len(self.members) > 1 else "unfolded"
        was = {text.id: text.story_id for text in self.members}
        changed = (id_ for id_, _ in self.standings() if id_ not in fresh or was[id_] != self.story)
        return [News(kind, id_, {"from_story": was[id_]}) for id_ in changed]


def _place(story: int, members: Sequence[Text], names: Mapping[int, str]) -> _Place:
    readable = [text for text in members if text.readable] or members
    return _Place(story, members, roles([_member(text, names.get(text.publication_id)) for text in readable]))


def _write(connection: Connection, places: Sequence[_Place], now: datetime) -> None:
    """Write what stories and their members are by now."""
    standings = [(*standing, id_) for place in places for id_, standing in place.standings()]
    update_rows(connection, Article, ("story_id", "copy_role", "copy_of", "similarity", "id"), standings)
    told = [place for place in places if len(place.members) > 1 or place.members[0].copy_role != "original"]
    headlines = {text.id: text.headline for place in told for text in place.members}
    keep_copies(connection, {id_: part for place in told for id_, part in place.parts.items()}, headlines)
    rows = [(*place.row, now, place.story) for place in places]
    update_rows(connection, Story, (*_STORY, "updated_at", "id"), rows)


def _kept_role(text: Text) -> CopyRole:
    """Return the role that an unreadable member keeps; it is never the original."""
    return CopyRole.COPY if text.copy_role == "original" else CopyRole(text.copy_role)


def _names(connection: Connection, members: Sequence[Text]) -> dict[int, str]:
    """Return the names of the members' titles where anyone may be credited."""
    if not any(text.credit for text in members):
        return {}
    wanted = list({text.publication_id for text in members})
    return dict(connection.execute(_TITLES, {"ids": wanted}).all())


def _member(text: Text, publisher: str | None) -> Member:
    return Member(
        id=text.id,
        text=text.text,
        sketch=text.sketch,
        recorded_at=text.recorded_at,
        url=text.url,
        canonical_url=text.canonical_url,
        agency_own=text.agency_own,
        publisher=publisher,
        credit=text.credit,
    )
