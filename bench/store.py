"""`python -m bench.store`: what the indexer takes to store, revise and fold articles in a store that is small or large.

CPU is user and system time of the indexer and of all processes of PostgreSQL together; SQLite works within the indexer.
"""

import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, func, insert, select, update

from bench.errors import BenchError
from bench.processes import tree
from bench.store_database import Store, empty_store, forget_statements, statements
from bench.store_fill import fill
from bench.store_news import ENTRIES, NOW, Piece, poll, questions, revise, token, write
from services.command.servers import Valkey
from services.indexer.tasks import indexer
from services.reader.asking import read_question
from services.reader.queries.articles import Filters
from services.reader.queries.search import search
from shared.belt import Belt
from shared.belt import connect as connect_belt
from shared.database import reading, writing
from shared.errors import UsageError
from shared.logging import configure
from shared.messages import DIGEST_CHARS, Batch, Result
from shared.settings import Settings
from shared.tables import Carrier, Feed, Publication, Revision, SetAside, core

MODELS = 2000  # articles that the indexer stores before they are multiplied
REVISED = 0.1  # of the new articles
LISTINGS = 9  # each takes so little that what PostgreSQL does beside it, such as a checkpoint, can double it
STEADY_S = 1.0  # for PostgreSQL's own processes to come to rest


@dataclass(frozen=True)
class Cost:
    """What one kind of work took, in CPU seconds."""

    count: int
    indexer_s: float
    database_s: float
    wall_s: float

    @property
    def each_us(self) -> float:
        """CPU microseconds for each."""
        return 1e6 * (self.indexer_s + self.database_s) / self.count


class Bench:
    """One store, the indexer before it, and feeds whose articles are numbered on."""

    def __init__(self, store: Store, belt: Belt, settings: Settings) -> None:
        self.engine, self._store = store.engine, store
        self._index = indexer(store.engine, belt, settings)
        self._pieces: dict[int, list[Piece]] = {}  # by feed
        self._editions: dict[int, int] = {}  # of their entries' bytes, by feed
        self._last: dict[int, str] = {}  # digest of an entry of the last window, by feed
        self._polls = 0

    def add_feeds(self, count: int) -> None:
        """Add titles of one feed each."""
        ids = range(1, count + 1)
        born = {"created_at": NOW, "terms": "full"}
        soon = {"due_at": NOW, "ready_at": NOW, "created_at": NOW, "state": "active"}
        titles = [{"id": id_, "key": f"name:title {id_}", "name": f"Title {id_}", **born} for id_ in ids]
        hosts = {id_: f"title{id_}.example" for id_ in ids}
        feeds = [
            {"id": id_, "publication_id": id_, "url": f"https://{host}/feed.xml", "host": host}
            for id_, host in hosts.items()
        ]
        with writing(self.engine) as connection:
            connection.execute(insert(core(Publication)), titles)
            connection.execute(insert(core(Feed)), [{**feed, **soon} for feed in feeds])

    def store_new(self, articles: int) -> Cost:
        """Poll feeds whose entries are all new, each once."""
        written = [piece for pieces in self._pieces.values() for piece in pieces]
        first = 1 + max((piece.number for piece in written), default=0)
        made: list[Piece] = []
        for number in range(first, first + articles):
            made.append(write(number, made or written))
        polled = {1 + at // ENTRIES: made[at : at + ENTRIES] for at in range(0, articles, ENTRIES)}
        self._pieces |= polled
        return self._poll(polled, articles)

    def revise(self, share: float) -> Cost:
        """Poll some feeds again, all entries of which have other words."""
        chosen = sorted(self._pieces)[: max(1, round(len(self._pieces) * share))]
        revised = {feed: [revise(piece) for piece in self._pieces[feed]] for feed in chosen}
        self._pieces |= revised
        before = self._revisions()
        cost = self._poll(revised, sum(map(len, revised.values())))
        if self._revisions() - before != cost.count:
            raise BenchError(f"Of {cost.count} revised articles {self._revisions() - before} were.")
        return cost

    def _revisions(self) -> int:
        with reading(self.engine) as connection:
            return connection.scalar(select(func.count()).select_from(Revision)) or 0

    def read_again(self) -> Cost:
        """Poll feeds whose entries have other bytes and say what they said."""
        return self._poll(self._pieces, sum(map(len, self._pieces.values())))

    def send_again(self) -> Cost:
        """Poll feeds whose entries, bytes and all, are those of the last poll, as when its digests are not trusted."""
        return self._poll(self._pieces, sum(map(len, self._pieces.values())), again=True)

    def list_again(self) -> Cost:
        """Poll feeds whose entries all stand in the window of the last poll, so that none is sent."""
        return self._poll(self._pieces, sum(map(len, self._pieces.values())), again=True, read=False)

    def _poll(self, pieces: dict[int, list[Piece]], count: int, *, again: bool = False, read: bool = True) -> Cost:
        self._polls += 1
        if not again:
            self._editions |= dict.fromkeys(pieces, self._polls)
        results = [
            poll(feed, self._polls, of, self._editions[feed], self._last.get(feed, ""), read=read)
            for feed, of in pieces.items()
        ]
        self._last |= {one.facts.id: (one.window or "")[:DIGEST_CHARS] for one in results}
        batches = _batches(results, read=read)
        self._lease(pieces)
        messages = [batch.model_dump_json(exclude_defaults=True) for batch in batches]
        time.sleep(STEADY_S)
        server = self._store.server
        start = (time.process_time(), _cpu_s(server), time.monotonic())
        for message in messages:
            self._index(Batch.model_validate_json(message))  # as a worker takes it off the belt
        with reading(self.engine) as connection:
            if connection.scalar(select(func.count()).select_from(SetAside)):
                raise BenchError("The indexer set entries aside.")
        end = (time.process_time(), _cpu_s(server), time.monotonic())
        return Cost(count, end[0] - start[0], end[1] - start[1], end[2] - start[2])

    def _lease(self, feeds: Iterable[int]) -> None:
        clock = func.now() if self.engine.dialect.name == "postgresql" else NOW
        with writing(self.engine) as connection:
            for feed in feeds:
                lease = {"lease_token": token(feed, self._polls), "lease_no": self._polls, "leased_at": clock}
                connection.execute(update(core(Feed)).where(Feed.id == feed).values(lease))


def _cpu_s(server: int | None) -> float:
    return sum(one.cpu_s + one.ended_s for one in tree(server)) if server else 0.0


def _batches(results: Sequence[Result], *, read: bool) -> list[Batch]:
    size = 1 if read else 50  # facts travel together
    return [Batch(results=tuple(results[at : at + size])) for at in range(0, len(results), size)]


def main(
    sizes: Annotated[str, typer.Option(help="Articles that the stores hold, comma-separated.")] = "10000,1000000",
    window: Annotated[int, typer.Option(help="Articles of these in the folding window.", min=MODELS)] = 100_000,
    new: Annotated[int, typer.Option(help="New articles to measure.", min=ENTRIES)] = 3000,
    database: Annotated[str, typer.Option(help="postgresql or sqlite; both unless given.")] = "postgresql,sqlite",
    directory: Annotated[Path | None, typer.Option(help="Where the stores are made; /tmp unless given.")] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Also where PostgreSQL's time goes, by statement.")
    ] = False,
) -> None:
    """Store, revise and fold new articles into stores of several sizes; print what each article takes."""
    configure("ERROR", "console", "bench")
    for kind in database.split(","):
        rates: dict[int, float] = {}
        for size in map(int, sizes.split(",")):
            with tempfile.TemporaryDirectory(prefix="wrb-", dir=directory) as place:
                Path(place).chmod(0o755)
                rates[size] = _measure(kind, Path(place), size, window, new, profile=profile)
        first, *_, last = (*rates, *rates)
        print(f"{kind}: an article at {last:,} costs {rates[first] / rates[last]:.2f} times that at {first:,}\n")


def _measure(kind: str, place: Path, size: int, window: int, new: int, *, profile: bool) -> float:
    """Print what work in a store of `size` articles takes; return new articles a second of CPU, one in ten revised."""
    settings = Settings(data_dir=place, fetch_pages=False)
    with Valkey(place / "belt") as valkey, empty_store(kind, place, profile=profile) as store:
        engine = store.engine
        bench = Bench(store, Belt(connect_belt(valkey.url), settings.lease_s), settings)
        bench.add_feeds(-(-max(new, MODELS) // ENTRIES))
        began = time.monotonic()
        with store.relaxed():
            bench.store_new(MODELS)
            held = fill(engine, size, window)
        store.warm()
        with reading(engine) as connection:
            posted = connection.scalar(select(func.count()).select_from(Carrier))
        print(
            f"{kind}: {held:,} articles, {posted:,} in the window; filled in {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if profile and kind == "postgresql":
            forget_statements(engine)
        stored = bench.store_new(new)
        revised = bench.revise(REVISED)
        rate = stored.count / (stored.indexer_s + stored.database_s + revised.indexer_s + revised.database_s)
        _say("new", stored)
        _say("revised", revised)
        print(f"  stored, one in ten revised, folded: {rate:.0f} articles/s a core")
        if profile and kind == "postgresql":
            for line in statements(engine, new):
                print(f"    {line}")
        _say("read again, other bytes", bench.read_again())
        _say("sent again, same bytes", bench.send_again())
        _say("listed again", _median([bench.list_again() for _ in range(LISTINGS)]))
        for what, question in questions().items():
            print(f"  search, {what}: {_search_ms(engine, question)}", flush=True)
        return rate


def _median(costs: Sequence[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.each_us)[len(costs) // 2]


def _search_ms(engine: Engine, question: str) -> str:
    """Return the milliseconds that the second of two searches takes, or that it is given up."""
    for _ in range(2):
        began = time.monotonic()
        try:
            with reading(engine) as connection:
                search(connection, read_question(question), Filters(), 0, 30)
        except UsageError:
            return "given up, it takes too long"
    return f"{1000 * (time.monotonic() - began):,.0f} ms"


def _say(what: str, cost: Cost) -> None:
    shares = f"indexer {1e6 * cost.indexer_s / cost.count:,.0f} + database {1e6 * cost.database_s / cost.count:,.0f}"
    print(
        f"  {what:24s} {cost.each_us:9,.0f} µs of CPU each ({shares}), {cost.count / cost.wall_s:,.0f} a second",
        flush=True,
    )


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()
