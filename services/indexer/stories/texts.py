"""Articles as the fold sees them: their words without what their publications repeat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from services.indexer.articles.rights import readable
from services.indexer.fold.claims import agency_item, claims
from services.indexer.fold.furniture import keep, segments
from services.indexer.fold.pairs import Candidate
from services.indexer.fold.shingles import Sketch, sketch_words
from services.indexer.stories import furniture
from services.indexer.stories.furniture import Furnished, Sentences
from shared.among import among_given
from shared.tables import Article

TEXTS_KEPT = 256  # a story's texts are looked at whenever one joins it; about 10 MB
_READ = select(
    Article.id,
    Article.publication_id,
    Article.story_id,
    Article.headline,
    Article.body_text,
    Article.summary,
    Article.ordered_at,
    Article.url,
    Article.canonical_url,
    readable().label("readable"),
    Article.copy_role,
    Article.copy_of,
    Article.similarity,
    Article.source_id,
    Article.body_source,
    Article.credit,
    Article.dateline,
).where(among_given(Article.id, "ids"))


Standing = tuple[int, str, int | None, float | None]  # story, role, whose copy it is, and how like that it is


@dataclass(frozen=True)
class Text:
    """An article as the fold sees it."""

    id: int
    publication_id: int
    headline: str
    text: str  # its words without its publication's furniture, a line a sentence
    recorded_at: datetime
    url: str | None
    canonical_url: str | None
    readable: bool
    standing: Standing
    sketch: Sketch
    agency_item: str | None = None
    agency_own: bool = False  # the agency itself published it
    credit: str | None = None
    dateline: str | None = None
    plain: str = ""  # as the publisher wrote it

    @property
    def story_id(self) -> int:
        """The story that it is in."""
        return self.standing[0]

    @property
    def copy_role(self) -> str:
        """Its role in that."""
        return self.standing[1]

    @property
    def claims(self) -> frozenset[int]:
        """What it says it is."""
        return claims(self.url, self.canonical_url, self.agency_item)


@dataclass(frozen=True)
class Row:
    """An article as the store holds it, and its text in sentences."""

    article: Any
    sentences: Sentences


def read_texts(connection: Connection, ids: Iterable[int]) -> dict[int, Text]:
    """Return articles as the fold sees them, by id."""
    rows = read_rows(connection, ids)
    return strip(rows, furniture.found(connection, [row.sentences for row in rows]))


def read_rows(connection: Connection, ids: Iterable[int]) -> list[Row]:
    """Return articles with their texts in sentences; those that are no more are left out."""
    wanted = sorted(ids)
    rows = connection.execute(_READ, {"ids": wanted}) if wanted else ()
    return [Row(row, _sentences(row)) for row in rows]


def _sentences(row: Any) -> Sentences:
    return Sentences(row.id, row.publication_id, row.headline or "", _segments(row.body_text or row.summary or ""))


@lru_cache(maxsize=TEXTS_KEPT)
def _segments(text: str) -> tuple[tuple[int, str], ...]:
    return tuple(segments(text))


@lru_cache(maxsize=TEXTS_KEPT)
def _sketch(text: str) -> Sketch:
    return sketch_words(text.split())


def strip(rows: Sequence[Row], of: Furnished) -> dict[int, Text]:
    """Return the texts without their publications' furniture `of`, by article id."""
    return {
        row.article.id: _text(row.article, keep(row.sentences.parts, of[row.article.publication_id])) for row in rows
    }


def _text(row: Any, text: str) -> Text:
    return Text(
        row.id,
        row.publication_id,
        row.headline or "",
        text,
        row.ordered_at,
        row.url,
        row.canonical_url,
        row.readable,
        (row.story_id, row.copy_role, row.copy_of, row.similarity),
        _sketch(text),
        agency_item(row.source_id),
        row.body_source == "agency",
        row.credit,
        row.dateline,
        row.body_text or row.summary or "",
    )


def as_candidates(texts: Mapping[int, Text]) -> dict[int, Candidate]:
    """Return what decides whether they are copies, by id."""
    return {id_: _candidate(text) for id_, text in texts.items()}


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
        agency_item=text.agency_item,
        credit=text.credit,
        dateline=text.dateline,
        said=text.plain,
    )
