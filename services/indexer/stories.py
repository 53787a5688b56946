"""Folding in the store: postings find candidates, pairs are rows, stories are their connected components."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from services.indexer import furniture
from services.indexer.changes import News
from services.indexer.fold.furniture import keep, segments
from services.indexer.fold.pairs import CROWD, LEAST_SHINGLES, Candidate, judge, worth_judging
from services.indexer.fold.pairs import Pair as FoldPair
from services.indexer.fold.shingles import Sketch, sketch_words
from services.indexer.fold.stories import Member, Role, assign, components, roles
from services.indexer.furniture import Sentences
from shared.among import among
from shared.schema import CopyRole
from shared.settings import Settings
from shared.tables import Article, Pair, Posting, Story, core

HASHES_AT_ONCE = 5000  # in one query, well under what either database takes
TEXTS_KEPT = 256  # a story's texts are looked at whenever one joins it; about 10 MB


@dataclass(frozen=True)
class Text:
    """An article as the fold sees it."""

    id: int
    publication_id: int
    story_id: int
    headline: str
    text: str  # its words without its publication's furniture, a line a sentence
    recorded_at: datetime
    url: str | None
    canonical_url: str | None
    readable: bool
    copy_role: str
    sketch: Sketch


def fold(
    connection: Connection, changed: Sequence[int], fresh: frozenset[int], now: datetime, settings: Settings
) -> list[News]:
    """Find the stories of the articles whose text or standing changed; return what that changes for readers.

    `fresh` are those of `changed` that were made in this transaction: no other article knows them yet.
    """
    rows = _read(connection, changed)
    known = [id_ for id_ in changed if id_ not in fresh]
    stripped = furniture.count(connection, [row.sentences for row in rows], known) - set(changed)
    rows += _read(connection, stripped)
    known += sorted(stripped)
    texts = _strip(connection, rows)
    stories = {texts[id_].story_id for id_ in known}
    if known:
        connection.execute(delete(Posting).where(Posting.article_id.in_(known)))
        connection.execute(delete(Pair).where(or_(Pair.a.in_(known), Pair.b.in_(known))))
    pairs = _pairs(connection, texts, settings)
    _post(connection, texts.values())
    if pairs:
        edges = [{"a": pair.a, "b": pair.b, "containment": pair.containment} for pair in pairs]
        connection.execute(insert(core(Pair)), edges)
    paired = {id_ for pair in pairs for id_ in (pair.a, pair.b)}
    stories |= set(connection.scalars(select(Article.story_id).where(Article.id.in_(paired)))) if paired else set()
    return _restory(connection, stories, now) if stories else []


@dataclass(frozen=True)
class _Row:
    """An article as the store holds it, and its text in sentences."""

    article: Any
    sentences: Sentences


def _texts(connection: Connection, ids: Iterable[int]) -> dict[int, Text]:
    return _strip(connection, _read(connection, ids))


def _read(connection: Connection, ids: Iterable[int]) -> list[_Row]:
    rows = connection.execute(
        select(
            Article.id,
            Article.publication_id,
            Article.story_id,
            Article.headline,
            Article.body_text,
            Article.summary,
            Article.ordered_at,
            Article.url,
            Article.canonical_url,
            Article.status,
            Article.embargoed_until,
            Article.copy_role,
        ).where(Article.id.in_(sorted(ids)))
    )
    return [_Row(row, _sentences(row)) for row in rows]


def _sentences(row: Any) -> Sentences:
    return Sentences(row.id, row.publication_id, row.headline or "", _segments(row.body_text or row.summary or ""))


@lru_cache(maxsize=TEXTS_KEPT)
def _segments(text: str) -> tuple[tuple[int, str], ...]:
    return tuple(segments(text))


@lru_cache(maxsize=TEXTS_KEPT)
def _sketch(text: str) -> Sketch:
    return sketch_words(text.split())


def _strip(connection: Connection, rows: Sequence[_Row]) -> dict[int, Text]:
    """Return the texts without their publications' furniture, by article id."""
    of = furniture.found(connection, [row.sentences for row in rows])
    return {
        row.article.id: _text(row.article, keep(row.sentences.parts, of[row.article.publication_id])) for row in rows
    }


def _text(row: Any, text: str) -> Text:
    return Text(
        row.id,
        row.publication_id,
        row.story_id,
        row.headline or "",
        text,
        row.ordered_at,
        row.url,
        row.canonical_url,
        row.status == "usable" and row.embargoed_until is None,
        row.copy_role,
        _sketch(text),
    )


def _post(connection: Connection, texts: Iterable[Text]) -> None:
    long_enough = [text for text in texts if _posted(text)]
    rows = [{"hash": hash_, "article_id": text.id} for text in long_enough for hash_ in text.sketch.sample]
    if rows:
        connection.execute(insert(core(Posting)), rows)
        connection.execute(
            update(core(Article)).where(Article.id == bindparam("row_id")).values(postings=bindparam("size")),
            [{"row_id": text.id, "size": len(text.sketch.sample)} for text in long_enough],
        )


def _posted(text: Text) -> bool:
    return len(text.sketch.hashes) >= LEAST_SHINGLES


def _pairs(connection: Connection, texts: Mapping[int, Text], settings: Settings) -> list[FoldPair]:
    """Return the pairs that `texts` make with each other and with any article in the window."""
    window = timedelta(days=settings.fold_window_days)
    shared = _sharing(connection, texts, settings.fold_threshold)
    others = _texts(connection, {id_ for likely in shared.values() for id_ in likely} - texts.keys())
    candidates = {id_: _candidate(text) for id_, text in chain(texts.items(), others.items())}
    pairs = {
        (pair.a, pair.b): pair
        for id_, likely in shared.items()
        for other in likely
        if (pair := judge(candidates[id_], candidates[other], settings.fold_threshold, window))
    }
    return list(pairs.values())


def _sharing(connection: Connection, texts: Mapping[int, Text], threshold: float) -> dict[int, list[int]]:
    """Return the articles that share enough sampled shingles with each of `texts`, not yet posted, to be compared."""
    carriers: dict[int, list[int]] = {hash_: [] for text in texts.values() for hash_ in text.sketch.sample}
    sizes = {text.id: len(text.sketch.sample) for text in texts.values() if _posted(text)}
    for id_ in sizes:
        for hash_ in texts[id_].sketch.sample:
            carriers[hash_].append(id_)
    hashes = sorted(carriers)
    for start in range(0, len(hashes), HASHES_AT_ONCE):
        found = (
            select(Posting.hash, Posting.article_id, Article.postings)
            .join(Article, Article.id == Posting.article_id)
            .where(among(Posting.hash, hashes[start : start + HASHES_AT_ONCE]))
        )
        for hash_, article_id, size in connection.execute(found):
            carriers[hash_].append(article_id)
            sizes[article_id] = size
    telling = {hash_: ids for hash_, ids in carriers.items() if 1 < len(ids) <= CROWD}
    likely = {}
    for id_, text in texts.items():
        counts = Counter(chain.from_iterable(telling.get(hash_, ()) for hash_ in text.sketch.sample))
        del counts[id_]
        own = sizes.get(id_, 0)
        likely[id_] = [other for other, count in counts.items() if worth_judging(count, own, sizes[other], threshold)]
    return likely


def _candidate(text: Text) -> Candidate:
    return Candidate(
        id=text.id,
        publication=text.publication_id,
        headline=text.headline,
        text=text.text,
        sketch=text.sketch,
        recorded_at=text.recorded_at,
        url=text.url,
        canonical_url=text.canonical_url,
    )


def _restory(connection: Connection, stories: set[int], now: datetime) -> list[News]:
    """Make the components of the articles in `stories` anew; return who moved where."""
    ids = list(connection.scalars(select(Article.id).where(Article.story_id.in_(stories)).order_by(Article.id)))
    texts = _texts(connection, ids)
    edges = connection.execute(select(Pair.a, Pair.b, Pair.containment).where(Pair.a.in_(ids)))
    found = components(ids, [FoldPair(a, b, share, "text") for a, b, share in edges])
    given = assign(found, {id_: text.story_id for id_, text in texts.items()})
    news: list[News] = []
    kept: set[int] = set()
    for members in found:
        story = given[min(members)]
        if story is None:
            story = _new_story(connection, now)
        kept.add(story)
        news += _move(connection, story, [texts[id_] for id_ in sorted(members)], now)
    for gone in stories - kept:
        connection.execute(delete(Story).where(Story.id == gone))
    return news


def _new_story(connection: Connection, now: datetime) -> int:
    born = {"ordered_at": now, "created_at": now, "updated_at": now}
    return int(connection.scalars(insert(Story).values(born).returning(Story.id)).one())


def _move(connection: Connection, story: int, members: Sequence[Text], now: datetime) -> list[News]:
    """Put `members` into `story` with their roles; return what that is to readers."""
    readable = [text for text in members if text.readable]
    parts = roles([_member(text) for text in readable or members])
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


def _member(text: Text) -> Member:
    return Member(text.id, text.text, text.sketch, text.recorded_at, text.url, text.canonical_url)
