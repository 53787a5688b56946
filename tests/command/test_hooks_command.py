"""`wireroom hooks …`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from shared.database import reading, writing
from shared.hooks import fresh_secret
from shared.http.passport import fresh_keys, unseal
from shared.lines import Line as Place
from shared.lines import write_line
from shared.tables import Change, Hook, LogHead
from tests.command.conftest import Run
from tests.line.receiver import Receiver
from tests.line.steps import Line

URL = "https://desk.example/news"
OPEN, SEAL = fresh_keys()
WHEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def logged(sqlite_store: Engine) -> Engine:
    """A store whose log has three lines."""
    line = {"at": WHEN, "kind": "created", "article_id": 1, "story_id": 1, "revision": 1, "detail": {}}
    with writing(sqlite_store) as connection:
        connection.execute(insert(Change), [line | {"seq": seq} for seq in (1, 2, 3)])
        connection.execute(update(LogHead).values(seq=3))
    return sqlite_store


def row(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(Hook.__table__)).one()


def test_a_secret_is_made_shown_once_and_sealed(wireroom: Run, logged: Engine) -> None:
    ran = wireroom("hooks", "add", URL, seal_key=SEAL)
    assert ran.status == 0, ran.err
    secret = ran.text.split()[-1]
    assert secret.startswith("whsec_")
    assert unseal(row(logged).sealed, URL, OPEN).secret == secret
    for words in (("list",), ("list", "--json"), ("show", 1), ("show", 1, "--json"), ("show", URL)):
        shown = wireroom("hooks", *words)
        assert (shown.status, URL in shown.text) == (0, True), shown.err
        assert secret not in shown.text
        assert row(logged).sealed not in shown.text


def test_a_given_secret_is_not_shown(wireroom: Run, logged: Engine) -> None:
    secret = fresh_secret()
    ran = wireroom("hooks", "add", URL, "--secret", "@-", "--json", stdin=secret.encode(), seal_key=SEAL)
    assert ran.lines == [{"id": 1, "url": URL, "after": write_line(Place(3, WHEN))}]
    assert unseal(row(logged).sealed, URL, OPEN).secret == secret


def test_it_is_told_of_what_comes_from_now_on_or_from_where_it_is_said(wireroom: Run, logged: Engine) -> None:
    places = {"0": Place(), "2": Place(2, WHEN), write_line(Place(3, WHEN)): Place(3, WHEN)}
    for number, (after, place) in enumerate(places.items()):
        ran = wireroom("hooks", "add", f"{URL}/{number}", "--after", after, "--json", seal_key=SEAL)
        assert ran.lines[0]["after"] == write_line(place)
    shown = wireroom("hooks", "list", "--json").lines
    assert [one["behind"] for one in shown] == [3, 1, 0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "desk.example"), "no web address"),
        (("add", "https://me:pw@desk.example/"), "no name and password"),
        (("add", URL, "--secret", "hunter2"), "A hook's secret is written whsec_"),
        (("add", URL, "--secret", "whsec_c2hvcnQ="), "24 to 64 bytes"),
        (("add", URL, "--secret", "@/nowhere"), "/nowhere cannot be read"),
        (("add", URL, "--kind", "read"), "none of created, revised"),
        (("add", URL, "--publication", "7"), "There is no title 7"),
        (("add", URL, "--after", "9"), "has not the line 9"),
        (("add", URL, "--after", "2@2026-03-01T10:00:00Z"), "has not the line 2@"),
        (("add", URL, "--after", "soon"), "no place in the log"),
        (("show", "7"), "no hook '7'"),
        (("pause", URL), "no hook"),
        (("test", "1"), "no hook '1'"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    wireroom: Run, logged: Engine, words: tuple[str, ...], sentence: str
) -> None:
    ran = wireroom("hooks", *words, seal_key=SEAL)
    assert (ran.status, sentence in ran.sentence) == (2, True), ran.err
    assert "hunter2" not in ran.err


def test_without_a_key_no_hook_is_added(wireroom: Run, logged: Engine) -> None:
    ran = wireroom("hooks", "add", URL)
    assert (ran.status, "`wireroom feeds keys`" in ran.sentence) == (2, True)


def test_an_address_is_called_by_one_hook(wireroom: Run, logged: Engine) -> None:
    wireroom("hooks", "add", URL, seal_key=SEAL)
    ran = wireroom("hooks", "add", URL, seal_key=SEAL)
    assert (ran.status, "Hook 1 calls that address already" in ran.sentence) == (2, True)


def test_pausing_resuming_and_removing(wireroom: Run, logged: Engine) -> None:
    wireroom("hooks", "add", URL, seal_key=SEAL)
    assert wireroom("hooks", "pause", 1).text == f"1 {URL} is paused.\n"
    assert wireroom("hooks", "list", "--json").lines[0]["health"] == "paused"
    assert "resume it first" in wireroom("hooks", "test", 1).sentence
    assert wireroom("hooks", "resume", URL).status == 0
    assert row(logged).state == "active"
    wireroom("hooks", "remove", 1)
    assert wireroom("hooks", "list").text.startswith("No hooks")


def test_a_number_names_one_receiver_for_ever(wireroom: Run, logged: Engine) -> None:
    wireroom("hooks", "add", URL, seal_key=SEAL)
    wireroom("hooks", "remove", 1)
    assert wireroom("hooks", "add", URL, "--json", seal_key=SEAL).lines[0]["id"] == 2


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback."""
    with Receiver() as running:
        yield running


@pytest.fixture
def running(sqlite_store: Engine, belt_url: str, settings: Any, receiver: Receiver) -> Iterator[None]:
    """A line that goes on by itself."""
    allow = (receiver.place,)
    line = Line(sqlite_store, belt_url, settings(redis_url=belt_url, fetch_allow=allow, open_key=OPEN))
    stop = Event()

    def go_on() -> None:
        while not stop.wait(0.2):
            line.tick()
            line.drain()

    thread = Thread(target=go_on)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.usefixtures("running")
def test_a_receiver_can_be_tried(wireroom: Run, receiver: Receiver) -> None:
    wireroom("hooks", "add", receiver.url, seal_key=SEAL)
    assert wireroom("hooks", "test", 1).text == f"1 {receiver.url} took it with 204.\n"
    receiver.status = 500
    ran = wireroom("hooks", "test", 1)
    assert (ran.status, "answered 500" in ran.sentence) == (1, True)
    assert len(receiver.calls) == 2


def test_the_status_tells_of_hooks_and_names_those_that_fail(wireroom: Run, logged: Engine) -> None:
    wireroom("hooks", "add", URL, seal_key=SEAL)
    with writing(logged) as connection:
        connection.execute(update(Hook).values(failures=2, error="The server answered 500 Internal Server Error."))
    said = wireroom("status", "--json").lines[0]
    assert said["hooks"] == {"failing": 1}
    assert said["failing_hooks"] == [f"1 {URL}: The server answered 500 Internal Server Error."]
    assert "1 failing" in wireroom("status").text
