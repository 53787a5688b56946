"""Whatever is wrong is one sentence that says what to do: status 2 for wrong usage, 1 for failed work, no traceback."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from services.command.app import VERBS
from shared.database import writing
from shared.messages import PARSER
from tests.command.conftest import ROOT, Run
from tests.outlet.outlet import Outlet


def test_the_version_is_told(wireroom: Run) -> None:
    ran = wireroom("--version")
    assert (ran.status, ran.text) == (0, f"wireroom {metadata.version('wireroom')}, articles by {PARSER}\n")


def test_a_verb_that_is_none(wireroom: Run) -> None:
    ran = wireroom("fetch")
    assert ran.status == 2
    assert "'fetch'" in ran.sentence


@pytest.mark.parametrize(
    "words",
    [
        ["feeds", "ad", "https://a.example/"],
        ["feeds", "add"],
        ["feeds", "add", "https://a.example/", "--interval", "0"],
        ["feeds", "add", "paper.example"],
        ["feeds", "add", "https://a.example/feed", "--interval", "9" * 30],
        ["feeds", "pace", "1", "--interval", "9" * 30],
        ["feeds", "whatif", "--floor", "60", "--days", "9" * 12],
        ["feeds", "show", "9" * 30],
        ["feeds", "show", "caf\udce9"],
        ["search", "caf\udce9"],
        ["feeds", "refresh"],
        ["setaside", "drop", "9" * 30],
        ["articles", "--limit", "many"],
        ["articles", "--story", "9" * 30],
        ["articles", "--story", "-" + "9" * 30],
        ["articles", "--publication", "0"],
        ["feeds", "list", "--state", "asleep"],
        ["feeds", "add", "https://a.example/\x01feed"],
        ["feeds", "add", "file:///drops/agency/"],
        ["worker"],
        ["worker", "sleep"],
        ["poll", "--colour"],
        ["poll", "nowhere.xml"],
        ["extract", "nowhere.html"],
        ["feeds", "check", "nowhere"],
        ["feeds", "add", "https://a.example/feed", "--pages", "some"],
        ["feeds", "pages", "some", "1"],
    ],
    ids=" ".join,
)
def test_wrong_words(wireroom: Run, words: list[str]) -> None:
    ran = wireroom(*words)
    assert (ran.status, ran.out) == (2, b"")
    assert ran.sentence


def test_help_names_every_verb(wireroom: Run) -> None:
    ran = wireroom("--help")
    assert ran.status == 0
    assert all(verb in ran.text for verb in VERBS)


def test_a_page_is_no_feed(wireroom: Run, outlet: Outlet) -> None:
    outlet.serve("news.html", "<!doctype html><html><body><p>News.</p></body></html>")
    ran = wireroom("poll", outlet.url("news.html"), fetch_allow=",".join(outlet.allow))
    assert (ran.status, ran.out) == (1, b"")
    assert outlet.url("news.html") in ran.sentence


def test_a_host_that_does_not_answer(wireroom: Run) -> None:
    ran = wireroom("poll", "http://127.0.0.1:1/feed", fetch_allow="127.0.0.1:1")
    assert (ran.status, ran.out) == (1, b"")
    assert "http://127.0.0.1:1/feed" in ran.sentence


def test_a_host_whose_name_names_nothing(wireroom: Run) -> None:
    ran = wireroom("poll", "http://nowhere.invalid/feed")
    assert (ran.status, ran.out) == (1, b"")
    assert "nowhere.invalid" in ran.sentence


def test_a_server_that_fails(wireroom: Run, outlet: Outlet) -> None:
    outlet.fail("markets.xml", 500)
    ran = wireroom("poll", outlet.url("markets.xml"), fetch_allow=",".join(outlet.allow))
    assert ran.status == 1
    assert "500" in ran.sentence


@pytest.mark.parametrize(
    ("url", "verb"),
    [
        ("nonsense", ["feeds", "list"]),
        ("mysql://u:secret@127.0.0.1/d", ["db", "upgrade"]),
        ("postgresql://u:secret@127.0.0.1:1/d", ["articles"]),
        ("postgresql://u:secret@127.0.0.1:1/d", ["scheduler"]),
        ("postgresql://u:secret@127.0.0.1:1/d", ["reader"]),
        ("sqlite:////nowhere/w.db", ["db", "upgrade"]),
    ],
)
def test_a_database_that_cannot_be_opened(wireroom: Run, url: str, verb: list[str]) -> None:
    ran = wireroom(*verb, database_url=url, redis_url="redis://127.0.0.1:1/0")
    assert (ran.status, ran.out) == (2, b"")
    assert "secret" not in ran.sentence


def test_a_file_that_is_no_database(wireroom: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are notes. " * 100)
    ran = wireroom("feeds", "list", database_url=f"sqlite:///{tmp_path / 'notes.db'}")
    assert ran.status == 2
    assert "notes.db" in ran.sentence


def test_a_store_that_is_not_there_yet(wireroom: Run, tmp_path: Path) -> None:
    ran = wireroom("articles", data_dir=tmp_path / "none")
    assert ran.status == 2
    assert "wireroom run" in ran.sentence


def test_a_store_that_is_not_migrated(wireroom: Run, tmp_path: Path) -> None:
    ran = wireroom("articles", database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    assert ran.status == 2
    assert "wireroom db upgrade" in ran.sentence


@pytest.mark.parametrize("words", [["status"], ["db", "upgrade"], ["run"], ["reader"]], ids=" ".join)
def test_a_store_of_a_newer_version(wireroom: Run, sqlite_store: Engine, words: list[str]) -> None:
    with writing(sqlite_store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ran = wireroom(*words, port=0)
    assert (ran.status, ran.out) == (2, b"")
    assert "has schema 9999" in ran.sentence


@pytest.mark.parametrize("verb", ["run", "reader"])
def test_a_port_in_use(wireroom: Run, tmp_path: Path, verb: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = wireroom(verb, *(["https://a.example/feed"] if verb == "run" else []), port=port)
    assert ran.status == 2
    assert f"127.0.0.1:{port}" in ran.sentence


def test_an_address_that_is_no_machine_of_ours(wireroom: Run) -> None:
    ran = wireroom("run", "https://a.example/feed", host="2001:db8::1", port=0)
    assert (ran.status, ran.out) == (2, b"")
    assert "2001:db8::1" in ran.sentence


def test_a_setting_that_is_none(wireroom: Run) -> None:
    ran = wireroom("db", "upgrade", poll_flor_s=60)
    assert (ran.status, ran.text) == (0, "The schema is the newest.\n")
    assert ran.sentence.startswith("WIREROOM_POLL_FLOR_S is no setting")
    assert ran.sentence.endswith("WIREROOM_POLL_FLOOR_S may be meant.")


@pytest.mark.parametrize(
    ("name", "value"),
    [("lease_s", "soon"), ("port", "99999"), ("log_level", "LOUD")],
)
def test_a_wrong_setting(wireroom: Run, name: str, value: str) -> None:
    ran = wireroom("feeds", "list", **{name: value})
    assert ran.status == 2
    assert ran.sentence.startswith(f"WIREROOM_{name.upper()} is wrong")


def test_a_service_without_a_belt(wireroom: Run) -> None:
    ran = wireroom("worker", "fetch")
    assert ran.status == 2
    assert "WIREROOM_REDIS_URL" in ran.sentence


@pytest.mark.parametrize("verb", [["status"], ["scheduler"], ["worker", "index", "--check"], ["run"]], ids=" ".join)
def test_an_address_of_a_belt_that_is_none(wireroom: Run, verb: list[str]) -> None:
    ran = wireroom(*verb, redis_url="carrier://pigeon", port=0)
    assert ran.status == 2
    assert "WIREROOM_REDIS_URL" in ran.sentence


@pytest.mark.parametrize("settings", [{}, {"redis_url": "redis://127.0.0.1:1/0"}], ids=["own belt", "another's"])
def test_a_directory_in_which_a_line_runs(wireroom: Run, tmp_path: Path, settings: dict[str, str]) -> None:
    with (tmp_path / "lock").open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        ran = wireroom("run", port=0, **settings)
    assert (ran.status, ran.out) == (2, b"")
    assert ran.sentence.startswith(f"Another `wireroom run` works in {tmp_path}")


def test_a_belt_that_is_away_makes_a_worker_ill(wireroom: Run) -> None:
    ran = wireroom("worker", "fetch", "--check", redis_url="redis://127.0.0.1:1/0")
    assert ran.status == 1
    assert "Redis cannot be reached" in ran.sentence


@pytest.mark.parametrize(
    ("words", "data"),
    [(["feeds", "import"], None), (["feeds", "import"], b"<html/>"), (["run"], None), (["run"], b"{}")],
)
def test_a_list_that_is_none(wireroom: Run, tmp_path: Path, words: list[str], data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "my.opml").write_bytes(data)
    ran = wireroom(*words, "my.opml", port=0)
    assert (ran.status, ran.out) == (2, b"")
    assert "my.opml" in ran.sentence


def test_a_place_that_cannot_be_written(wireroom: Run) -> None:
    ran = wireroom("feeds", "export", "/nowhere/out.opml")
    assert ran.status == 2
    assert "/nowhere/out.opml" in ran.sentence


def test_a_data_directory_that_cannot_be_made(wireroom: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = wireroom("db", "upgrade", data_dir=tmp_path / "file" / "data")
    assert ran.status == 2
    assert "WIREROOM_DATA_DIR" in ran.sentence


def test_a_data_directory_that_cannot_be_written(wireroom: Run, tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    ran = wireroom("run", port=0)
    assert (ran.status, ran.out) == (2, b"")
    assert "WIREROOM_DATA_DIR" in ran.sentence


@pytest.mark.parametrize("words", [["status"], ["publications", "list"], ["status", "--json"]], ids=" ".join)
def test_an_output_that_is_full(tmp_path: Path, sqlite_store: Engine, words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "services.command", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "WIREROOM_DATA_DIR": str(tmp_path)},
            check=False,
        )
    assert ran.returncode == 1
    assert ran.stderr.decode() == "wireroom: The machine refused it: No space left on device.\n"


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Let what a test starts heed Ctrl-C: tests that run in the background ignore it, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_ends_it_without_a_word_even_while_it_is_being_loaded() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "services.command", "status"]
    # a small pipe, so that it waits for us and is still loading when it is told to end
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, pipesize=4096) as loading:
        assert loading.stderr
        assert any(b"importlib.metadata" in line for line in loading.stderr)
        loading.send_signal(signal.SIGINT)
        said = loading.stderr.read()
    assert (loading.returncode, b"Traceback" in said) == (130, False)


@pytest.mark.parametrize(
    "words",
    [["feeds", "list"], ["feeds", "export"], ["status", "--json"], ["fold", "-"], ["--help"]],
)
def test_a_reader_who_has_had_enough_ends_the_command_quietly(tmp_path: Path, words: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "WIREROOM_DATA_DIR": str(tmp_path)}
    wireroom = [sys.executable, "-m", "services.command"]
    subprocess.run([*wireroom, "db", "upgrade"], env=environment, capture_output=True, check=True)
    reads, writes = os.pipe()
    os.close(reads)
    line = b'{"id": "1", "publisher": "p", "title": "A headline", "text": "Words of it."}\n'
    ran = subprocess.run(
        [*wireroom, *words], env=environment, input=line, stdout=writes, stderr=subprocess.PIPE, check=False
    )
    os.close(writes)
    assert (ran.returncode, ran.stderr) == (141, b"")
