"""Articles put straight into a store and folded there, without the line before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from services.indexer.changes import append, take_head
from services.indexer.fold.file import fold_file
from services.indexer.stories.folding import fold
from shared.database import now, reading, writing
from shared.settings import Settings
from shared.tables import Article, Change, Pair, Publication, Story, core

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
THINGS = (
    "keeper",
    "lamp",
    "wall",
    "bridge",
    "engine",
    "roof",
    "ledger",
    "barrel",
    "stone",
    "ticket",
    "lantern",
    "ladder",
)


def prose(seed: str, sentences: int = 12) -> str:
    """Return a text of its own for each seed."""
    from random import Random

    dice = Random(seed)
    lines = [f"The {seed} opened its doors to visitors after the council voted."]
    for _ in range(sentences):
        a, b, c, d, e = dice.sample(THINGS, 5)
        lines.append(f"A {a} stood by the {b} near the {c}, and the {seed} clerk wrote {d} before {e} in the book.")
    return "\n".join(lines)


class Desk:
    """A store of articles and the fold over it."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self._publications: dict[str, int] = {}

    def add(self, publication: str, text: str, headline: str = "Doors open after vote", **more: Any) -> int:
        """Put an article into the store and fold it; return its id."""
        return self.add_all([{"publication": publication, "text": text, "headline": headline, **more}])[0]

    def add_all(self, articles: Iterable[dict[str, Any]]) -> list[int]:
        """Put articles into the store and fold them in one commit; return their ids."""
        with writing(self.engine) as connection:
            last = take_head(connection)
            ids = [self._insert(connection, **article) for article in articles]
            news = fold(connection, ids, frozenset(ids), NOON, self.settings)
            append(connection, last, news, NOON)
        return ids

    def revise(self, id_: int, **values: Any) -> None:
        """Change an article and fold it again."""
        with writing(self.engine) as connection:
            last = take_head(connection)
            connection.execute(update(core(Article)).where(Article.id == id_).values(**values))
            append(connection, last, fold(connection, [id_], frozenset(), NOON, self.settings), NOON)

    def _insert(
        self, connection: Connection, publication: str, text: str, headline: str, at: datetime = NOON, **more: Any
    ) -> int:
        born = {"articles": 1, "publications": 1, "ordered_at": at, "created_at": at, "updated_at": at}
        story = connection.scalars(insert(Story).values(born).returning(Story.id)).one()
        plain: dict[str, Any] = {
            **{name: [] for name in ("authors", "keywords", "subjects", "images", "media")},
            "publication_id": self._publication(connection, publication),
            "feed_id": 1,
            "headline": headline,
            "body_text": text,
            "word_count": len(text.split()),
            "published_at": at,
            "first_seen_at": at,
            "ordered_at": at,
            "status": "usable",
            "access": "free",
            "body_source": "feed",
            "page_state": "not_needed",
            "story_id": story,
            "copy_role": "original",
            "revision": 1,
            "content_sha256": "",
            "parser": "test",
            "provenance": {},
        }
        made = insert(core(Article)).values(**(plain | more)).returning(core(Article).c.id)
        id_ = int(connection.scalars(made).one())
        connection.execute(update(Story).where(Story.id == story).values(original_id=id_))
        return id_

    def _publication(self, connection: Connection, name: str) -> int:
        if name not in self._publications:
            row = {"key": f"name:{name}", "name": name, "terms": "full", "created_at": NOON}
            added = connection.scalars(insert(Publication).values(row).returning(Publication.id)).one()
            self._publications[name] = added
        return self._publications[name]

    def stories(self) -> set[frozenset[int]]:
        """Return which articles are together."""
        groups: defaultdict[int, set[int]] = defaultdict(set)
        for id_, story in self.read(select(Article.id, Article.story_id)):
            groups[story].add(id_)
        return set(map(frozenset, groups.values()))

    def folded_heads(self) -> set[frozenset[int]]:
        """Return what the fold over a file makes of the store's heads."""
        columns = (Article.id, Article.headline, Article.body_text, Article.ordered_at, Article.url)
        more = (Article.canonical_url, Article.credit, Article.dateline, Publication.name)
        rows = [
            {
                "id": row.id,
                "publisher": row.name,
                "title": row.headline,
                "text": row.body_text or "",
                "published_at": row.ordered_at.isoformat(),
                "url": row.url,
                "canonical_url": row.canonical_url,
                "credit": row.credit,
                "dateline": row.dateline,
            }
            for row in self.read(select(*columns, *more).join(Publication))
        ]
        groups: defaultdict[object, set[int]] = defaultdict(set)
        for line in fold_file(rows, window=timedelta(days=self.settings.fold_window_days)):
            groups[line["story"]].add(int(str(line["id"])))
        return set(map(frozenset, groups.values()))

    def story_of(self, id_: int) -> int:
        """Return the story that an article is in."""
        return int(self.read(select(Article.story_id).where(Article.id == id_))[0][0])

    def evidence(self) -> set[str]:
        """Return what says of any pair that it is one."""
        return {row.evidence for row in self.read(select(Pair.evidence))}

    def changes(self) -> list[tuple[str, int]]:
        """Return the log: what happened to which article."""
        return [(row.kind, row.article_id) for row in self.read(select(Change.kind, Change.article_id))]

    def read(self, statement: Any) -> Sequence[Any]:
        """Return the rows of a query."""
        with reading(self.engine) as connection:
            return connection.execute(statement).all()

    def write(self, work: Callable[[Connection], Any]) -> Any:
        """Run `work` in a transaction; return what it returns."""
        with writing(self.engine) as connection:
            return work(connection)


def clock(desk: Desk) -> datetime:
    """Return the store's own time."""
    with reading(desk.engine) as connection:
        return now(connection)
