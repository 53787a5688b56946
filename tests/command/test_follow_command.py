"""Followed lists by the command."""

import pytest

from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet


def test_a_list_is_followed_shown_and_forgotten(wireroom: Run, line: Line, outlet: Outlet) -> None:
    assert wireroom("feeds", "lists").text == "No list is followed: `wireroom feeds follow URL` follows one.\n"
    url = outlet.url("list.opml")
    text = f'<opml version="2.0"><body><outline text="A" xmlUrl="{outlet.url("a.xml")}"/></body></opml>'
    outlet.serve("list.opml", text, "text/x-opml")
    assert (
        wireroom("feeds", "follow", url, "--every", 3600).text == f"{url} is followed from now on, and read at once.\n"
    )
    line.poll()
    (item,) = wireroom("feeds", "lists", "--json").lines
    assert (item["id"], item["feeds"], item["error"], item["url"]) == (1, 1, None, url)
    assert wireroom("feeds", "show", 2, "--json").lines[0]["list_id"] == 1
    assert url.encode() not in wireroom("feeds", "export").out
    assert wireroom("feeds", "unfollow", url).text == f"{url} is followed no more; its 1 feeds stay.\n"
    assert wireroom("feeds", "show", 2, "--json").lines[0]["list_id"] is None
    assert wireroom("feeds", "unfollow", 2).status == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["follow", "list.opml"],
            "'list.opml' is no web address: it has to begin with http:// or https:// and name a host.",
        ),
        (["follow", "https://a.example/feed"], "https://a.example/feed is feed 1 already, and not followed as a list."),
        (["unfollow", 1], "1 is a feed, no list: `wireroom feeds lists` shows those that are followed."),
    ],
)
def test_what_cannot_be_followed_is_told_in_a_sentence(
    wireroom: Run, line: Line, words: list[object], sentence: str
) -> None:
    line.add("https://a.example/feed")
    ran = wireroom("feeds", *words)
    assert (ran.status, ran.sentence) == (2, sentence)
