"""Lists of feeds that are read again from their addresses: what they add, move, pause and never touch."""

from typing import Any

import pytest
from sqlalchemy import select, update

from services.command.feeds import feed_store
from services.command.feeds import following as command
from services.indexer.feeds.following import LEFT, follow
from services.indexer.settle import Row
from shared.database import now, writing
from shared.http.addresses import allow_list
from shared.messages import Listed
from shared.polling.schedule import Standing
from shared.rules import Rules
from shared.tables import Article, Feed, Poll, Publication
from tests.line.steps import Line
from tests.outlet.outlet import Outlet


class List:
    """A followed list at a publisher on loopback, over feeds that are there or not."""

    def __init__(self, outlet: Outlet, line: Line) -> None:
        self.outlet, self.line = outlet, line

    def names(self, *paths: str, folder: str = "Wires", title: str = "Title of", tail: str = "</body></opml>") -> None:
        """Publish the list."""
        lines = "".join(f'<outline text="{title} {path}" xmlUrl="{self.outlet.url(path)}"/>' for path in paths)
        text = f'<opml version="2.0"><body><outline text="{folder}">{lines}</outline>{tail}'
        self.outlet.serve("list.opml", text, "text/x-opml")

    def follow(self) -> None:
        with writing(self.line.engine) as connection:
            command._add(connection, self.outlet.url("list.opml"), 86_400)

    def read(self) -> None:
        """Read the list, whatever was read before."""
        self.line.poll()

    def feeds(self, *columns: str) -> dict[str, Any]:
        """Return what the feeds are, by the ends of their addresses."""
        rows = self.line.read(select(Feed.__table__).where(Feed.follows.is_(False)))
        return {
            row.url.rpartition("/")[2]: tuple(getattr(row, column) for column in columns or ("state",)) for row in rows
        }

    @property
    def row(self) -> Any:
        return self.line.feed(self.outlet.url("list.opml"))


@pytest.fixture
def followed(outlet: Outlet, line: Line) -> List:
    """A followed list of four feeds, read once."""
    made = List(outlet, line)
    made.names("a.xml", "b.xml", "c.xml", "d.xml")
    made.follow()
    made.read()
    return made


def test_its_feeds_are_added_in_their_folders_and_polled(outlet: Outlet, line: Line) -> None:
    outlet.publish("a.xml", 3)
    made = List(outlet, line)
    made.names("a.xml", "b.xml")
    made.follow()
    made.read()
    assert made.feeds("folder", "list_id") == {"a.xml": ("Wires", made.row.id), "b.xml": ("Wires", made.row.id)}
    assert line.count(Article) == 3
    assert made.row.interval_s == 86_400
    assert (made.row.publication_id, line.count(Publication)) == (None, 1)


def test_its_feeds_have_the_patterns_that_it_has_when_it_brings_them(followed: List) -> None:
    line = followed.line
    with writing(line.engine) as connection:
        rules = Rules(leave_out=("keyword:sport",))
        feed_store.give_rules(connection, [followed.row], line.settings, patterns=rules.patterns)
    followed.names("a.xml", "b.xml", "c.xml", "d.xml", "e.xml")
    followed.read()
    brought = followed.feeds("rules")
    assert (brought.pop("e.xml"), set(brought.values())) == (({"leave_out": ["keyword:sport"]},), {(None,)})
    followed.read()
    polls = select(Poll.outcome).where(Poll.target_id == followed.row.id).order_by(Poll.id)
    assert [row.outcome for row in line.read(polls)] == ["ok", "ok", "unchanged"]


def test_a_list_that_did_not_change_is_not_read_again(followed: List) -> None:
    followed.read()
    polls = select(Poll.outcome).where(Poll.target_id == followed.row.id).order_by(Poll.id)
    assert [row.outcome for row in followed.line.read(polls)] == ["ok", "unchanged"]
    assert len(followed.feeds()) == 4


def test_a_feed_that_the_list_names_no_more_is_paused_and_comes_back_with_it(followed: List) -> None:
    followed.names("a.xml", "b.xml", "c.xml", "e.xml")
    followed.read()
    assert followed.feeds("state", "state_reason") == {
        **dict.fromkeys(("a.xml", "b.xml", "c.xml", "e.xml"), ("active", None)), "d.xml": ("paused", LEFT),
    }  # fmt: skip
    followed.names("a.xml", "b.xml", "c.xml", "d.xml", "e.xml")
    followed.read()
    assert followed.feeds()["d.xml"] == ("active",)


def test_feeds_move_with_their_folder_and_title(followed: List) -> None:
    followed.names("a.xml", "b.xml", "c.xml", "d.xml", folder="Papers", title="Paper")
    followed.read()
    assert followed.feeds("folder", "title")["a.xml"] == ("Papers", "Paper a.xml")


def test_what_was_added_by_hand_is_left_alone(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("a.xml"), folder="Mine")
    made = List(outlet, line)
    made.names("a.xml", "b.xml", "c.xml")
    made.follow()
    made.read()
    made.names("c.xml", "b.xml")
    made.read()
    assert made.feeds("folder", "state", "list_id")["a.xml"] == ("Mine", "active", None)


def test_what_the_operator_paused_stays_so(followed: List) -> None:
    with writing(followed.line.engine) as connection:
        feed_store.pause(connection, [followed.feeds("id")["a.xml"][0]])
    followed.names("a.xml", "b.xml", "c.xml", "e.xml")
    followed.read()
    assert followed.feeds()["a.xml"] == ("paused",)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "empty body"),
        ('<opml version="2.0"><body></body></opml>', "The list names no feed, so it changes nothing."),
        ('<opml version="2.0"><body><outline xmlUrl="http://x.example/a"/>', "The list is not whole"),
        ("<html><body>Sorry</body></html>", "The list is no OPML"),
        ("nothing", "The list is no OPML"),
    ],
)
def test_a_list_that_is_empty_or_broken_changes_nothing_and_says_so(followed: List, body: str, said: str) -> None:
    before = followed.feeds("id", "state", "folder")
    followed.outlet.serve("list.opml", body, "text/x-opml")
    followed.read()
    assert said in followed.row.error
    assert followed.feeds("id", "state", "folder") == before


def test_a_list_that_lost_most_of_its_feeds_changes_nothing_and_says_so(followed: List) -> None:
    followed.names("a.xml", "new.xml")
    followed.read()
    assert followed.row.notice == ("the list names 3 of its 4 feeds no more: nothing is changed until it names others")
    assert followed.feeds() == dict.fromkeys(("a.xml", "b.xml", "c.xml", "d.xml"), ("active",))
    followed.names("a.xml", "b.xml", "c.xml", "new.xml")
    followed.read()
    assert followed.row.notice is None
    assert followed.feeds()["d.xml"] == ("paused",)


def test_a_list_too_long_changes_nothing(followed: List) -> None:
    followed.names(*(f"{number}.xml" for number in range(5001)))
    followed.read()
    assert "names 5001 feeds, more than 5000" in followed.row.error
    assert len(followed.feeds()) == 4


def test_a_list_leads_to_no_folder_and_names_itself_in_vain(outlet: Outlet, line: Line) -> None:
    made = List(outlet, line)
    outlet.serve(
        "list.opml",
        f'<opml><body><outline xmlUrl="file:///etc"/><outline xmlUrl="{outlet.url("list.opml")}"/>'
        f'<outline xmlUrl="{outlet.url("a.xml")}"/><outline xmlUrl="sftp://x.example/a"/>'
        f'<outline xmlUrl="imaps://x.example/INBOX"/></body></opml>',
        "text/x-opml",
    )
    made.follow()
    made.read()
    assert made.feeds().keys() == {"a.xml"}


def test_a_feed_that_turns_into_a_list_adds_nothing(followed: List, outlet: Outlet, line: Line) -> None:
    outlet.serve("a.xml", f'<opml><body><outline xmlUrl="{outlet.url("z.xml")}"/></body></opml>', "text/xml")
    line.poll()
    assert "z.xml" not in followed.feeds()


def test_a_list_that_is_forgotten_leaves_its_feeds(followed: List) -> None:
    with writing(followed.line.engine) as connection:
        feed_store.remove(connection, [followed.row.id])
    assert set(followed.feeds("state", "list_id").values()) == {("active", None)}


def test_a_list_on_the_web_leads_to_no_inner_place(line: Line, outlet: Outlet) -> None:
    line.add("https://lists.example/all.opml")
    row = Row(1, Standing("active", 0), "https://lists.example/all.opml", 1, follows=True)
    with writing(line.engine) as connection:
        connection.execute(update(Feed).values(follows=True))
        named = [Listed(url="http://wiki.intranet:8080/feed"), Listed(url="https://paper.example/feed")]
        follow(connection, row, named, now(connection), allow_list(["wiki.intranet:8080"]))
    assert [one.url for one in line.read(select(Feed.url).where(Feed.list_id == 1))] == ["https://paper.example/feed"]
