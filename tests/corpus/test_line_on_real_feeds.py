"""Real documents through the whole line: what publishers really write is stored once, and stays as it is."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from shared.database import reading
from shared.digests import entry_digest
from shared.settings import Settings
from shared.tables import Article, Change, Feed, Layer, Poll, Revision, Story
from tests.line.steps import Line
from tests.outlet.server import Reply, Request, Server

HOSTS = 20  # a host's feeds are in one job and fetched one after another
ROOMY = {"parse_memory_mb": 2**16}  # servers, store and line share this process
ACCOUNTED = 0.99  # of the well-formed feeds
XML = ("rss", "rdf", "atom")
_UNCONDITIONAL = {"etag": None, "last_modified": None, "body_digest": None}
STILL_KNOWN: dict[str, dict[str, Any]] = {  # at a later poll: the columns of the feed that are forgotten before it
    "everything, so that the answer is 304 or the same bytes": {},
    "the entries, though the whole document comes": _UNCONDITIONAL,
    "nothing, so that every entry is read again": {**_UNCONDITIONAL, "entry_digests": ""},
}

pytestmark = [pytest.mark.corpus, pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Listed:
    """One document of the corpus, and what a plain walk over its elements found."""

    id: str
    form: str
    wellformed: bool
    entries: int | None
    body: bytes

    @property
    def counted(self) -> bool:
        """Whether each of its entries has to be accounted for."""
        return self.wellformed and self.form.startswith(XML) and "json" not in self.form


class Newsstand:
    """Serves every document as it is, by its id; every second one with an ETag, the others say nothing."""

    def __init__(self, listed: Mapping[str, Listed]) -> None:
        self._listed = listed
        self._tagged = set(sorted(listed)[::2])
        self._server = Server(self._answer, HOSTS)
        self.allow = tuple(f"{host}:{self._server.port}" for host in self._server.hosts)
        self.urls = {f"http://{self.allow[at % HOSTS]}/{id_}": listed[id_] for at, id_ in enumerate(sorted(listed))}

    def __enter__(self) -> "Newsstand":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _answer(self, request: Request) -> tuple[Reply, Callable[[], None]]:
        id_ = request.path.strip("/")
        tag = f'"{id_}"'
        if request.headers.get("if-none-match") == tag:
            return Reply(304), lambda: None
        headers = {"ETag": tag} if id_ in self._tagged else {}
        return Reply(headers=headers, body=self._listed[id_].body), lambda: None


@pytest.fixture(scope="module")
def listed(corpus: Path) -> dict[str, Listed]:
    """The feeds of the corpus, by id."""
    lines = (corpus / "feeds" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return {one.id: one for one in (_listed(corpus, json.loads(line)) for line in lines)}


def _listed(corpus: Path, row: Mapping[str, Any]) -> Listed:
    expected = row["expected"]
    body = gzip.decompress((corpus / row["path"]).read_bytes())
    return Listed(row["id"], row["format"], expected["wellformed"], expected["n_entries"], body)


@pytest.fixture
def stand(listed: dict[str, Listed]) -> Iterator[Newsstand]:
    """A publisher of all of them, on loopback."""
    with Newsstand(listed) as running:
        yield running


@pytest.fixture
def line(store: Engine, belt_url: str, stand: Newsstand, settings: Callable[..., Settings]) -> Line:
    """A line that may fetch from the stand and from nowhere else, and looks at no article page."""
    made = Line(store, belt_url, settings(redis_url=belt_url, fetch_allow=stand.allow, fetch_pages=False, **ROOMY))
    made.add(*stand.urls)
    return made


def test_every_entry_of_real_feeds_is_accounted_for_and_a_second_poll_changes_nothing(
    line: Line, stand: Newsstand
) -> None:
    line.poll()
    _every_failure_is_one_sentence(line)
    _nearly_every_entry_is_accounted_for(line, stand)
    before = _store(line)
    for known, forgotten in STILL_KNOWN.items():
        if forgotten:
            line.write(partial(_forget, forgotten))
        line.poll()
        assert line.count(Change) == len(before["changes"]), f"a poll that knew {known} made news"
    _assert_same(before, _store(line))
    outcomes = Counter(row.outcome for row in line.read(select(Poll.outcome)))
    print("  polls:", dict(outcomes))
    assert {"ok", "not_modified", "unchanged"} <= outcomes.keys()


def _forget(columns: Mapping[str, Any], connection: Connection) -> None:
    connection.execute(update(Feed).values(columns))


def _every_failure_is_one_sentence(line: Line) -> None:
    feeds = line.read(select(Feed.__table__))
    assert {(feed.state, feed.lease_token, feed.attempts) for feed in feeds} == {("active", None, 0)}
    for feed in feeds:
        assert (feed.error is None) == (feed.last_ok_at is not None), feed.url
        assert feed.error is None or _is_sentence(feed.error), feed.error


def _is_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and len(text) <= 300 and "\n" not in text


def _nearly_every_entry_is_accounted_for(line: Line, stand: Newsstand) -> None:
    polls = line.read(select(Feed.url, Feed.error, Poll.__table__).join(Poll, Poll.target_id == Feed.id))
    assert len(polls) == len(stand.urls)
    counted = [(stand.urls[poll.url], poll) for poll in polls if stand.urls[poll.url].counted]
    wrong = [(one, poll) for one, poll in counted if _accounted(poll) != one.entries]
    print(f"\n{line.engine.dialect.name}: {len(polls)} feeds, {line.count()} articles, {line.count(Story)} stories")
    for name in ("entries", "created", "revised", "known", "siblings", "repeats", "left_out", "set_aside"):
        print(f"  {name}: {sum(getattr(poll, name) for poll in polls)}")
    for one, poll in wrong:
        print(f"  deviates: {one.id} {one.form} {_accounted(poll)} of {one.entries}: {poll.error}")
    for poll in polls:
        if poll.error:
            print(f"  failed: {stand.urls[poll.url].id} {stand.urls[poll.url].form}: {poll.error}")
    assert len(wrong) <= (1 - ACCOUNTED) * len(counted)
    listed = dict(line.read(select(Layer.feed_id, func.count()).group_by(Layer.feed_id)))
    assert {poll.url: listed.get(poll.target_id, 0) for poll in polls} == {poll.url: _articles(poll) for poll in polls}


def _accounted(poll: Any) -> int:
    """Return the entries that were stored or named; what a first poll revises was brought by a sibling."""
    return _articles(poll) + int(poll.repeats)


def _articles(poll: Any) -> int:
    """Return how many articles a feed listed at its first poll, whoever brought them first."""
    return int(poll.created + poll.revised + poll.siblings)


def _store(line: Line) -> dict[str, dict[Any, str]]:
    """Return digests of all that readers can see, and of the layers it is made of, whichever lease brought them."""
    return {table.__tablename__: _digests(line, table.__table__) for table in (Article, Revision, Story, Change, Layer)}


def _digests(line: Line, table: Any) -> dict[Any, str]:
    with reading(line.engine) as connection:
        rows = connection.execution_options(yield_per=500).execute(select(table))
        keys = [column.name for column in table.primary_key]
        return {
            tuple(row._mapping[key] for key in keys): entry_digest(
                repr([value for name, value in row._mapping.items() if name != "lease_no"]).encode()
            )
            for row in rows
        }


def _assert_same(before: dict[str, dict[Any, str]], after: dict[str, dict[Any, str]]) -> None:
    for name, rows in before.items():
        differ = sorted(key for key in rows.keys() | after[name].keys() if rows.get(key) != after[name].get(key))
        assert not differ, f"{len(differ)} rows of {name} are not as the first poll left them, such as {differ[:5]}"
