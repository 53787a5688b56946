"""Folding in the store: postings find candidates, pairs are rows, stories are their connected components."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from services.indexer import candidates, furniture, pins
from services.indexer.aftermath import keep_copies, note_moves
from services.indexer.changes import News
from services.indexer.fold.pairs import Pair as FoldPair
from services.indexer.fold.pairs import judge
from services.indexer.fold.stories import Member, Role, assign, components, roles
from services.indexer.texts import Text, as_candidates, read_rows, read_texts, strip
from services.indexer.window import note_terms
from shared.among import among
from shared.rows import insert_rows
from shared.schema import CopyRole
from shared.settings import Settings
from shared.tables import Article, Pair, Publication, Story, core


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
    stories |= set(connection.scalars(select(Article.story_id).where(among(Article.id, paired)))) if paired else set()
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
    ids = list(connection.scalars(select(Article.id).where(among(Article.story_id, stories)).order_by(Article.id)))
    texts = read_texts(connection, ids)
    edges = connection.execute(select(Pair.a, Pair.b, Pair.containment).where(among(Pair.a, ids)))
    computed = [FoldPair(a, b, share, "text") for a, b, share in edges]
    found = components(ids, [*computed, *pins.bonds(connection, ids)])
    given = assign(found, {id_: text.story_id for id_, text in texts.items()})
    news: list[News] = []
    kept: set[int] = set()
    placed: list[tuple[frozenset[int], int]] = []
    for members in found:
        story = given[min(members)]
        if story is None:
            story = _new_story(connection, now)
        kept.add(story)
        placed.append((members, story))
        news += _move(connection, story, [texts[id_] for id_ in sorted(members)], now)
    gone = stories - kept
    for story in gone:
        connection.execute(delete(Story).where(Story.id == story))
    # readers have never seen the stories of articles that this transaction made
    left = sorted((text.story_id, text.copy_role != "original", id_) for id_, text in texts.items() if id_ not in fresh)
    heirs = {story: id_ for story, _, id_ in reversed(left) if story in gone}  # of its original, else of its first
    where = {id_: story for members, story in placed for id_ in members}
    note_moves(connection, [(story, where[id_]) for story, id_ in sorted(heirs.items())], now)
    return news


def _new_story(connection: Connection, now: datetime) -> int:
    born = {"ordered_at": now, "created_at": now, "updated_at": now}
    return int(connection.scalars(insert(Story).values(born).returning(Story.id)).one())


def _move(connection: Connection, story: int, members: Sequence[Text], now: datetime) -> list[News]:
    """Put `members` into `story` with their roles; return what that is to readers."""
    readable = [text for text in members if text.readable]
    names = _names(connection, members)
    parts = roles([_member(text, names.get(text.publication_id)) for text in readable or members])
    original = next(id_ for id_, part in parts.items() if part.copy_of is None)
    fallen = {text.id: Role(_kept_role(text), original, None) for text in members if text.id not in parts}
    connection.execute(
        update(core(Article))
        .where(Article.id == bindparam("article"))
        .values(
            story_id=bindparam("story"),
            copy_role=bindparam("role"),
            copy_of=bindparam("of"),
            similarity=bindparam("share"),
        ),
        [
            {"article": id_, "story": story, "role": part.role.value, "of": part.copy_of, "share": part.similarity}
            for id_, part in (parts | fallen).items()
        ],
    )
    if len(members) > 1 or members[0].copy_role != "original":
        keep_copies(connection, parts, {text.id: text.headline for text in members})
    first = next(text for text in members if text.id == original)
    connection.execute(
        update(Story)
        .where(Story.id == story)
        .values(
            original_id=original,
            articles=len(readable),
            publications=len({text.publication_id for text in readable}),
            ordered_at=first.recorded_at,
            updated_at=now,
        )
    )
    moved = [text for text in members if text.story_id != story]
    kind = "folded" if len(members) > 1 else "unfolded"
    return [News(kind, text.id, {"from_story": text.story_id}) for text in moved]


def _kept_role(text: Text) -> CopyRole:
    """Return the role that an unreadable member keeps; it is never the original."""
    return CopyRole.COPY if text.copy_role == "original" else CopyRole(text.copy_role)


def _names(connection: Connection, members: Sequence[Text]) -> dict[int, str]:
    """Return the names of the members' titles where anyone may be credited."""
    if len(members) < 2 or not any(text.credit for text in members):
        return {}
    wanted = among(Publication.id, {text.publication_id for text in members})
    return dict(connection.execute(select(Publication.id, Publication.name).where(wanted)).all())


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
