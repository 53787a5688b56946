"""`wireroom feeds …`: each verb does what it says."""

import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from services.command.feeds import feed_store
from services.command.feeds.opml import Outline
from shared.database import now, reading, writing
from shared.http.passport import fresh_keys
from shared.tables import Article, Feed, Page, Publication
from tests.command.conftest import ROOT, Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

A, B = "https://a.example/feed", "https://b.example/feed"


@pytest.fixture
def two(sqlite_store: Engine) -> Engine:
    """A store with two feeds, 1 and 2."""
    with writing(sqlite_store) as connection:
        feed_store.add(connection, [Outline(A, "The A", folder="Dailies"), Outline(B, interval_s=600)])
    return sqlite_store


def feeds(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(Feed.__table__).order_by(Feed.id)).all())


def change(engine: Engine, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(Feed).values(**values))


def test_a_list_may_be_longer_than_a_statement_takes_parameters(store: Engine) -> None:
    with writing(store) as connection:
        assert [one.new for one in feed_store.add(connection, [Outline(A)] * 70_000)] == [True] + [False] * 69_999


def test_added_feeds_are_due_at_once(wireroom: Run, sqlite_store: Engine) -> None:
    ran = wireroom("feeds", "add", A, B, A, "--folder", "Dailies", "--interval", 600, "--publication", "The Paper")
    assert (ran.status, ran.text) == (0, "2 added, 1 known already, set as before.\n")
    with reading(sqlite_store) as connection:
        assert connection.scalars(select(Publication.name)).all() == ["The Paper"]
        due = connection.scalars(select(Feed.id).where(Feed.state == "active", Feed.ready_at <= now(connection))).all()
    assert len(due) == 2
    assert {(feed.folder, feed.interval_s, feed.publication_id) for feed in feeds(sqlite_store)} == {
        ("Dailies", 600, 1)
    }


def test_a_known_feed_keeps_what_it_has(wireroom: Run, two: Engine) -> None:
    assert wireroom("feeds", "add", B).text == "0 added, 1 known already.\n"
    assert wireroom("feeds", "add", B, "--interval", 60).text == "0 added, 1 known already, set as before.\n"
    assert feeds(two)[1].interval_s == 600


def test_one_wrong_address_adds_nothing(wireroom: Run, sqlite_store: Engine) -> None:
    ran = wireroom("feeds", "add", A, "gopher://b.example/feed")
    assert ran.status == 2
    assert "gopher://b.example/feed" in ran.sentence
    assert feeds(sqlite_store) == []


def test_an_imported_list_adds_the_good_lines_and_names_the_wrong_ones(
    wireroom: Run, sqlite_store: Engine, tmp_path: Path
) -> None:
    (tmp_path / "my.opml").write_text(
        f"""<opml version="2.0"><body>
        <outline text="Dailies"><outline text="The A" xmlUrl="{A}"/></outline>
        <outline text="bad" xmlUrl="gopher://a.example/feed"/>
        <outline text="B" xmlUrl="{B}"/>
        <outline text="nothing"/>
        </body></opml>"""
    )
    ran = wireroom("feeds", "import", "my.opml")
    assert (ran.status, ran.text) == (1, "2 added, 0 known already, 2 wrong.\n")
    first, second = ran.err.splitlines()
    assert first.startswith("wireroom: my.opml:3: 'gopher://a.example/feed' is no web address")
    assert second == "wireroom: my.opml:5: The outline 'nothing' has no xmlUrl, so it names no feed."
    assert [(feed.url, feed.folder) for feed in feeds(sqlite_store)] == [(A, "Dailies"), (B, None)]


def test_what_was_added_and_what_is_wrong_is_told_to_programs(wireroom: Run, two: Engine, tmp_path: Path) -> None:
    new, known = wireroom("feeds", "add", "https://c.example/feed", A, "--json").lines
    assert new == {"id": 3, "url": "https://c.example/feed", "new": True, "line": None, "error": None}
    assert (known["id"], known["new"]) == (1, False)
    lines = f"""<opml version="2.0"><body>
        <outline text="D" xmlUrl="https://d.example/feed"/>
        <outline text="D again" xmlUrl="https://d.example/feed"/>
        <outline text="bad" xmlUrl="gopher://a.example/feed"/>
        <outline text="drop" xmlUrl="file:///drops/agency/"/>
        <outline text="B" xmlUrl="{B}"/></body></opml>"""
    (tmp_path / "my.opml").write_text(lines)
    ran = wireroom("feeds", "import", "my.opml", "--json")
    assert (ran.status, ran.err) == (1, "")
    told = [(item["id"], item["new"], item["line"]) for item in ran.lines]
    assert told == [(4, True, 2), (4, False, 3), (2, False, 6), (None, False, 4), (None, False, 5)]
    assert "WIREROOM_DROP_DIR" in ran.lines[4]["error"]


def test_a_title_that_the_operator_named_travels_with_its_feeds(wireroom: Run, two: Engine, tmp_path: Path) -> None:
    wireroom("feeds", "add", "https://c.example/feed", "--publication", "The C & Co", "--pages", "never")
    assert wireroom("feeds", "export", "out.opml").status == 0
    assert 'wireroomPublication="The C &amp; Co"' in (tmp_path / "out.opml").read_text()
    wireroom("feeds", "remove", 1, 2, 3)
    assert wireroom("feeds", "import", "out.opml").status == 0
    named = {feed.url: (feed.publication_id is not None, feed.pages) for feed in feeds(two)}
    assert named["https://c.example/feed"] == (True, "never")
    assert named[B] == (False, "auto")


def _wait_for_pages(connection: Connection) -> None:
    moment = now(connection)
    for id_ in connection.scalars(select(Article.id)).all():
        due = {"state": "active", "due_at": moment, "ready_at": moment, "ordered_at": moment}
        connection.execute(insert(Page).values(article_id=id_, url="https://p.example/", host="p.example", **due))
    connection.execute(update(Article).values(page_state="due"))


def test_pages_that_wait_are_fetched_no_more_when_those_of_their_feed_are_not(
    wireroom: Run, line: Line, outlet: Outlet
) -> None:
    outlet.publish("brief.xml", entries=2)
    line.add(outlet.url("brief.xml"))
    line.poll()
    line.write(_wait_for_pages)
    access = wireroom("feeds", "access", 1, "--header", "Cookie: s=1", "--pages", seal_key=fresh_keys()[1])
    assert "Pages that brought no text are asked for so, now: 2." in access.text, access.err
    ran = wireroom("feeds", "pages", "never", 1)
    assert ran.status == 0, ran.err[-1500:]
    assert line.read(select(Page.state)) == []
    assert {row.page_state for row in line.read(select(Article.page_state))} == {"not_needed"}
    line.write(lambda connection: connection.execute(update(Article).where(Article.id == 2).values(body_source="feed")))
    ran = wireroom("feeds", "pages", "auto", 1)
    assert (ran.status, "1 are due now" in ran.text) == (0, True)
    assert [row.article_id for row in line.read(select(Page.article_id).where(Page.state == "active"))] == [1]
    assert [row.page_state for row in line.read(select(Article.page_state).where(Article.id == 1))] == ["due"]


def test_a_feed_that_moved_keeps_its_articles_and_settings(wireroom: Run, line: Line, outlet: Outlet) -> None:
    outlet.publish("old.xml", entries=2)
    line.add(outlet.url("old.xml"))
    line.poll()
    assert wireroom("feeds", "move", 1, outlet.url("old.xml")).status == 0
    outlet.serve("new.xml", httpx.get(outlet.url("old.xml"), timeout=60).text, "application/rss+xml")
    assert wireroom("feeds", "move", 1, outlet.url("new.xml")).status == 0
    line.poll()
    assert (line.feed().url, line.count()) == (outlet.url("new.xml"), 2)
    line.add(outlet.url("old.xml"))
    ran = wireroom("feeds", "move", 1, outlet.url("old.xml"))
    assert (ran.status, "Feed 2 has that address already" in ran.err) == (2, True)


def test_a_feed_is_polled_anew_without_conditions(wireroom: Run, line: Line, outlet: Outlet) -> None:
    outlet.publish("front.xml", entries=2)
    line.add(outlet.url("front.xml"))
    line.poll()
    assert wireroom("feeds", "refresh", 1, "--anew").status == 0
    line.poll()
    assert [seen.status for seen in outlet.ledger.requests("front.xml")] == [200, 200]
    assert line.count() == 2


def test_a_folder_of_this_machine_is_looked_at_each_minute_unless_told_otherwise(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        feed_store.add(
            connection, [Outline("file:///drops/a/"), Outline("file:///drops/b/", ceiling_s=900), Outline(A)]
        )
    assert [(feed.floor_s, feed.ceiling_s) for feed in feeds(sqlite_store)] == [(60, 60), (60, 900), (None, None)]


def test_a_folders_pace_is_left_behind_where_its_feed_moves_to_the_web(wireroom: Run, sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        feed_store.add(
            connection, [Outline("file:///drops/a/"), Outline("file:///drops/b/", ceiling_s=900), Outline(A)]
        )
    for number, url in enumerate(("https://a.example/x", "https://b.example/x", "file:///drops/c/"), 1):
        assert wireroom("feeds", "move", number, url).status == 0
    assert [(feed.floor_s, feed.ceiling_s) for feed in feeds(sqlite_store)] == [(None, None), (60, 900), (60, 60)]


def test_a_list_is_imported_from_standard_input_and_twice_adds_nothing(wireroom: Run, two: Engine) -> None:
    exported = wireroom("feeds", "export")
    assert exported.status == 0
    ran = wireroom("feeds", "import", "-", stdin=exported.out)
    assert (ran.status, ran.text) == (0, "0 added, 2 known already, 0 wrong.\n")


def test_a_long_import_shows_on_a_terminal_how_far_it_is(sqlite_store: Engine, tmp_path: Path) -> None:
    lines = "".join(f"<outline xmlUrl='https://paper{at}.example/rss'/>\n" for at in range(1200))
    (tmp_path / "many.opml").write_text(f"<opml><body>\n{lines}</body></opml>")
    screen, terminal = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "WIREROOM_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "services.command", "feeds", "import", "many.opml"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=terminal, check=True)
    os.close(terminal)
    assert ran.stdout == b"1200 added, 0 known already, 0 wrong.\n"
    assert "2 of 3" in os.read(screen, 4096).decode()
    os.close(screen)


def test_what_is_exported_is_imported_elsewhere_as_it_was(wireroom: Run, two: Engine, tmp_path: Path) -> None:
    assert wireroom("feeds", "export", "out.opml").text == "2 feeds written to out.opml.\n"
    before = [(feed.url, feed.title, feed.folder, feed.interval_s) for feed in feeds(two)]
    assert wireroom("feeds", "remove", 1, 2).status == 0
    assert wireroom("feeds", "import", "out.opml").status == 0
    assert sorted((feed.url, feed.title, feed.folder, feed.interval_s) for feed in feeds(two)) == sorted(before)


def test_listed_feeds_that_fail_come_first_with_one_sentence(wireroom: Run, line: Line, outlet: Outlet) -> None:
    outlet.publish("good.xml", entries=2)
    outlet.serve("page.xml", "<html><body>Moved to our app.</body></html>")
    outlet.fail("down.xml", 503)
    line.add(*(outlet.url(path) for path in ("good.xml", "page.xml", "down.xml")))
    line.poll()
    listed = wireroom("feeds", "list", "--json").lines
    assert [item["url"].rsplit("/")[-1] for item in listed][-1] == "good.xml"
    said = {item["url"].rsplit("/")[-1]: item["error"] for item in listed}
    assert said["good.xml"] is None
    assert said["down.xml"] == "The server answered 503 Service Unavailable."
    assert said["page.xml"].endswith(".")
    assert "\n" not in said["page.xml"]
    table = wireroom("feeds", "list").text
    assert "The server answered 503" in table


def test_feeds_are_listed_by_folder_and_state(wireroom: Run, two: Engine) -> None:
    assert [item["url"] for item in wireroom("feeds", "list", "--json", "--folder", "Dailies").lines] == [A]
    wireroom("feeds", "add", "https://deep.example/feed", "--folder", "Dailies/Ports")
    deep = wireroom("feeds", "list", "--json", "--folder", "Dailies").lines
    assert [item["folder"] for item in deep] == ["Dailies", "Dailies/Ports"]
    assert wireroom("feeds", "list", "--state", "parked").text.startswith("No feeds")


def test_a_folder_is_the_same_however_its_slashes_stand(wireroom: Run, two: Engine) -> None:
    wireroom("feeds", "add", "https://deep.example/feed", "--folder", " /Dailies//Ports/ ")
    wireroom("feeds", "add", "https://none.example/feed", "--folder", "")
    assert [feed.folder for feed in feeds(two)] == ["Dailies", None, "Dailies/Ports", None]
    assert wireroom("feeds", "pause", "--folder", "Dailies/").text == "2 feeds are paused.\n"
    assert wireroom("feeds", "list", "--folder", "").sentence == "No feed lies in a folder ''."


@pytest.mark.parametrize("name", ["1", A])
def test_a_feed_is_shown_by_number_or_address(wireroom: Run, two: Engine, name: str) -> None:
    (shown,) = wireroom("feeds", "show", name, "--json").lines
    assert (shown["id"], shown["url"], shown["title"], shown["articles"]) == (1, A, "The A", 0)
    assert shown["why"] == "never polled: due at once"


def test_a_shown_feed_says_why_it_is_due_when_it_is(wireroom: Run, line: Line, outlet: Outlet) -> None:
    outlet.publish("few.xml", entries=2)
    outlet.publish("good.xml", entries=40)
    line.add(outlet.url("few.xml"), outlet.url("good.xml"))
    line.poll()
    few, good = (wireroom("feeds", "show", number).text for number in (1, 2))
    assert "articles an hour are expected now" in good
    assert "articles a week; most from" in good
    assert "articles a week" not in few


def test_a_refreshed_feed_is_due_now(wireroom: Run, two: Engine) -> None:
    with writing(two) as connection:
        later = now(connection) + timedelta(hours=1)
        connection.execute(update(Feed).values(due_at=later, ready_at=later))
    assert wireroom("feeds", "refresh", 1).text == f"1 {A} is due now.\n"
    first, second = feeds(two)
    assert first.ready_at < later
    assert first.wanted_at is not None
    assert second.ready_at == later


def test_refreshing_all_makes_every_active_feed_due(wireroom: Run, two: Engine) -> None:
    with writing(two) as connection:
        later = now(connection) + timedelta(hours=1)
        connection.execute(update(Feed).values(due_at=later, ready_at=later))
        connection.execute(update(Feed).where(Feed.id == 2).values(state="paused"))
    assert wireroom("feeds", "refresh", "--all").text == "1 feed is due now.\n"
    assert [feed.ready_at < later for feed in feeds(two)] == [True, False]


def test_a_feed_that_is_named_and_not_active_is_told_what_polls_it(wireroom: Run, two: Engine) -> None:
    wireroom("feeds", "pause", 1)
    assert wireroom("feeds", "refresh", 1).text == f"1 {A} is paused: `wireroom feeds resume 1` polls it.\n"
    told = wireroom("feeds", "pace", 1, 2, "--ceiling", 7200).text
    assert told == "2 feeds have a new pace and, where active, are due now.\n"


def test_a_feed_that_is_named_twice_is_one(wireroom: Run, two: Engine) -> None:
    assert wireroom("feeds", "pause", 1, A, 1).text == f"1 {A} is paused.\n"


def test_a_paused_feed_loses_its_lease_and_is_polled_no_more(wireroom: Run, two: Engine) -> None:
    change(two, lease_token="t")
    assert wireroom("feeds", "pause", A).status == 0
    assert [(feed.state, feed.lease_token) for feed in feeds(two)] == [("paused", None), ("active", "t")]


@pytest.mark.parametrize("state", ["paused", "parked", "gone"])
def test_a_resumed_feed_is_active_and_due(wireroom: Run, two: Engine, state: str) -> None:
    change(two, state=state, state_reason="because", failures=9, attempts=3, lease_token="t")
    assert wireroom("feeds", "resume", 1).text == f"1 {A} is active and due now.\n"
    feed = feeds(two)[0]
    facts = (feed.state, feed.state_reason, feed.failures, feed.attempts, feed.lease_token)
    assert facts == ("active", None, 0, 0, None)


def test_a_removed_feed_leaves_its_articles(wireroom: Run, line: Line, outlet: Outlet) -> None:
    outlet.publish("good.xml", entries=2)
    line.add(outlet.url("good.xml"))
    line.poll()
    assert wireroom("feeds", "remove", outlet.url("good.xml")).status == 0
    assert (line.count(Feed), line.count(Article)) == (0, 2)
    assert all(row.last_seen_at for row in line.read(select(Article.last_seen_at)))


def test_a_new_feed_never_gets_the_number_of_a_removed_one(wireroom: Run, two: Engine) -> None:
    wireroom("feeds", "remove", 2)
    wireroom("feeds", "add", "https://c.example/feed")
    assert [feed.id for feed in feeds(two)] == [1, 3]


@pytest.mark.parametrize("verb", ["show", "refresh", "pause", "resume", "remove"])
def test_a_feed_that_is_none_changes_nothing(wireroom: Run, two: Engine, verb: str) -> None:
    words = ["99"] if verb == "show" else ["1", "99"]
    ran = wireroom("feeds", verb, *words)
    assert ran.status == 2
    assert "'99'" in ran.sentence
    assert [(feed.state, feed.wanted_at) for feed in feeds(two)] == [("active", None)] * 2


def test_the_command_speaks_to_postgresql_too(wireroom: Run, postgres_store: Engine) -> None:
    url = postgres_store.url.render_as_string(hide_password=False)
    assert wireroom("feeds", "add", A, database_url=url).status == 0
    assert [item["url"] for item in wireroom("feeds", "list", "--json", database_url=url).lines] == [A]
    with writing(postgres_store) as connection:
        connection.execute(insert(Publication).values(key="k", name="n", terms="full", created_at=now(connection)))
    assert wireroom("status", "--json", database_url=url).lines[0]["stories"] == 0


def test_no_verb_shows_the_password_that_stands_in_an_address(wireroom: Run, sqlite_store: Engine) -> None:
    secret = "ftp://ana:geheim@drop.example/in"
    said = [
        wireroom(*words)
        for words in (
            ["feeds", "add", secret],
            ["feeds", "list"],
            ["feeds", "list", "--json"],
            ["feeds", "show", secret],
            ["feeds", "show", "1", "--json"],
            ["feeds", "export"],
            ["feeds", "pause", "1"],
            ["feeds", "add", "ftp://ana:geheim@drop.example:99999/in"],
            ["feeds", "show", "ftp://ana:geheim@other.example/in"],
        )
    ]
    assert [ran.status for ran in said] == [0, 0, 0, 0, 0, 0, 0, 2, 2]
    assert not [ran for ran in said if "geheim" in ran.text + ran.err]
    assert "feed 1 is written without the user name and password" in said[5].err


def test_a_feed_is_found_by_its_address_as_it_is_shown(wireroom: Run, sqlite_store: Engine) -> None:
    wireroom("feeds", "add", "ftp://ana:geheim@drop.example/in")
    assert wireroom("feeds", "pause", "ftp://drop.example/in").text == "1 ftp://drop.example/in is paused.\n"


def test_two_feeds_that_are_shown_alike_are_told_apart_by_number(wireroom: Run, sqlite_store: Engine) -> None:
    wireroom("feeds", "add", "ftp://ana:geheim@drop.example/in", "ftp://bob:geheim@drop.example/in")
    ran = wireroom("feeds", "pause", "ftp://drop.example/in")
    assert (ran.status, "by its number" in ran.sentence) == (2, True)


def test_feeds_are_chosen_by_folder_title_and_failure(wireroom: Run, two: Engine, tmp_path: Path) -> None:
    wireroom("feeds", "add", "https://c.example/feed", "--folder", "Dailies/Ports", "--publication", "The C")
    assert wireroom("feeds", "pause", "--folder", "Dailies").text == "2 feeds are paused.\n"
    assert wireroom("feeds", "refresh", "--all").text == "1 feed is due now.\n"
    assert wireroom("feeds", "pace", "--publication", "the c", "--interval", 900).status == 0
    assert wireroom("feeds", "resume", "--publication", 1).text == "1 feed is active and due now.\n"
    with writing(two) as connection:
        connection.execute(update(Feed).where(Feed.id == 2).values(failures=3, error="no"))
    assert wireroom("feeds", "pages", "never", "--failing").status == 0
    assert [(feed.state, feed.interval_s, feed.pages) for feed in feeds(two)] == [
        ("paused", None, "auto"), ("active", 600, "never"), ("active", 900, "auto"),
    ]  # fmt: skip
    assert wireroom("feeds", "export", "out.opml", "--folder", "Dailies/Ports").text == "1 feeds written to out.opml.\n"
    assert "https://c.example/feed" in (tmp_path / "out.opml").read_text()


def test_many_are_removed_only_where_that_is_said_twice(wireroom: Run, two: Engine) -> None:
    ran = wireroom("feeds", "remove", "--all")
    assert (ran.status, ran.sentence) == (2, "2 feeds would be removed: say --yes if that is meant.")
    assert wireroom("feeds", "remove", "--all", "--yes").text == "2 feeds are removed.\n"
    assert feeds(two) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pause",), "Name feeds by"),
        (("pause", 1, "--all"), "Feeds are named, or chosen"),
        (("pause", "--all", "--failing"), "Feeds are named, or chosen"),
        (("pause", "--publication", "nobody's"), "no title is known"),
    ],
)
def test_feeds_that_are_not_chosen_or_chosen_twice_are_told(
    wireroom: Run, two: Engine, words: tuple[Any, ...], sentence: str
) -> None:
    ran = wireroom("feeds", *words)
    assert (ran.status, sentence in ran.sentence) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pause", "--folder", "dalies"), "No feed lies in a folder 'dalies' (is 'Dailies' meant?)."),
        (("pages", "never", "--folder", "ports"), "No feed lies in a folder 'ports' (is 'Dailies/Ports' meant?)."),
        (("pace", "--adaptive", "--folder", "Daily"), "No feed lies in a folder 'Daily'."),
        (("remove", "--yes", "--folder", "Dail_es"), "No feed lies in a folder 'Dail_es' (is 'Dailies' meant?)."),
        (("export", "--folder", ""), "No feed lies in a folder ''."),
        (
            ("list", "--folder", "Dailies/Prots"),
            "No feed lies in a folder 'Dailies/Prots' (is 'Dailies/Ports' meant?).",
        ),
        (("rules", "--none", "--publication", "Teh C"), "By 'Teh C' no title is known (is 'The C' meant?): `wireroom"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else None,
)
def test_a_folder_or_title_that_nobody_knows_is_told_with_the_one_that_may_be_meant(
    wireroom: Run, two: Engine, words: tuple[str, ...], sentence: str
) -> None:
    wireroom("feeds", "add", "https://c.example/feed", "--folder", "Dailies/Ports", "--publication", "The C")
    ran = wireroom("feeds", *words)
    assert (ran.status, ran.out) == (2, b"")
    assert ran.sentence.startswith(sentence)
    assert {feed.state for feed in feeds(two)} == {"active"}


def test_where_nothing_is_left_to_do_that_is_said(wireroom: Run, two: Engine) -> None:
    wireroom("feeds", "pause", "--folder", "Dailies")
    again = wireroom("feeds", "pause", "--folder", "Dailies")
    assert (again.status, again.text) == (0, "Nothing to do: none of these feeds is left to be paused.\n")
    nobody = [("pace", "--interval", 900), ("pages", "never"), ("rules", "--none"), ("remove",)]
    ran = [wireroom("feeds", *words, "--failing") for words in nobody]
    assert [(one.status, one.text.startswith("Nothing to do: ")) for one in ran] == [(0, True)] * 4
    assert wireroom("feeds", "list", "--folder", "Dailies", "--state", "gone").text == "No feeds are gone.\n"


def test_what_the_polls_of_a_feed_brought_is_shown(wireroom: Run, line: Line, outlet: Outlet) -> None:
    outlet.publish("harbour.xml", entries=2)
    line.add(outlet.url("harbour.xml"))
    assert wireroom("feeds", "polls", 1).text == "No poll of it is on record.\n"
    line.poll()
    outlet.fail("harbour.xml", 500)
    line.poll()
    last, first = wireroom("feeds", "polls", outlet.url("harbour.xml"), "--json").lines
    assert (first["outcome"], first["new"], first["entries"]) == ("ok", 2, 2)
    assert (last["outcome"], last["status"]) == ("transient", 500)
    assert "The server answered 500" in wireroom("feeds", "polls", 1, "--limit", 1).text
