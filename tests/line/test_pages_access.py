"""Pages that are asked for as their feed is: on its own origin, on hosts that the operator named, and nowhere else."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from services.command.feeds import feed_store
from shared.http.passport import Passport, fresh_keys, seal
from shared.tables import Article, Page, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

SECRET = Passport(authorization="Bearer s3cret", headers={"cookie": "session=s3cret", "user-agent": "Desk/1"})
OPEN, SEAL = fresh_keys()
LISTED = """<rss version="2.0"><channel><title>Paper</title><item><guid isPermaLink="false">1</guid>
<title>The bridge is shut</title><link>{}</link><description>For a week.</description></item></channel></rss>"""
WORDS = "The bridge over the harbour is shut for a week while its bearings are changed, and ferries sail instead. "
Read = Callable[..., list[dict[str, str]]]


@pytest.fixture
def elsewhere() -> Iterator[Outlet]:
    with Outlet() as other:
        yield other


@pytest.fixture
def read(make_line: Callable[..., Line], outlet: Outlet, elsewhere: Outlet) -> Read:
    """What polls a feed whose article's page is at `url`, asked for by a passport; returns the headers of the page."""

    def read(url: str, passport: Passport) -> list[dict[str, str]]:
        line = make_line(open_key=OPEN, fetch_allow=(*outlet.allow, *elsewhere.allow))
        outlet.serve("feed.xml", LISTED.format(url), "application/rss+xml")
        feed = outlet.url("feed.xml")
        line.add(feed)
        sealed = seal(passport, feed, SEAL)
        line.write(lambda connection: feed_store.give_passport(connection, 1, sealed, passport.shown))
        line.poll(pages=True)
        assert line.read(select(Page.state, Poll.kind).join(Poll, Poll.target_id == Page.article_id))
        return [one.headers for place in (outlet, elsewhere) for one in place.ledger.requests() if "news" in one.path]

    return read


def secrets(asked: list[dict[str, str]]) -> list[tuple[str | None, str | None, str]]:
    return [(one.get("authorization"), one.get("cookie"), one["user-agent"]) for one in asked]


def test_a_page_is_asked_for_as_its_feed_is_where_the_operator_says_so(outlet: Outlet, read: Read) -> None:
    asked = read(outlet.url("news/1"), SECRET.model_copy(update={"pages": True}))
    assert secrets(asked) == [("Bearer s3cret", "session=s3cret", "Desk/1")]
    assert "authorization" not in outlet.ledger.requests("robots.txt")[0].headers


def test_it_is_not_unless_he_does(outlet: Outlet, read: Read) -> None:
    ((authorization, cookie, agent),) = secrets(read(outlet.url("news/1"), SECRET))
    assert (authorization, cookie) == (None, None)
    assert agent.startswith("Wireroom/")


def test_pages_that_were_refused_are_asked_for_again_with_the_access_that_is_given(
    make_line: Callable[..., Line], outlet: Outlet
) -> None:
    line = make_line(open_key=OPEN)
    outlet.serve("feed.xml", LISTED.format(outlet.url("news/1")), "application/rss+xml")
    outlet.fail("news/1", 403)
    line.add(outlet.url("feed.xml"))
    line.poll()
    (page,) = line.read(select(Page.failures, Page.error))
    assert (page.failures, "403" in page.error) == (1, True)
    outlet.heal("news/1")
    outlet.serve("news/1", f"<!doctype html><title>The bridge is shut</title><main><p>{WORDS * 9}</p></main>")
    line.poll()
    assert len(outlet.ledger.requests("news/1")) == 1  # it waits
    line.write(lambda connection: feed_store.ask_pages_again(connection, 1, line.settings))
    line.poll()
    (article,) = line.read(select(Article.page_state, Article.body_source))
    assert tuple(article) == ("done", "page")
    line.write(lambda connection: feed_store.ask_pages_again(connection, 1, line.settings))
    assert line.read(select(Page.state).where(Page.state == "active")) == []


def test_a_page_of_another_host_is_asked_for_without(elsewhere: Outlet, read: Read) -> None:
    ((authorization, cookie, _),) = secrets(read(elsewhere.url("news/1"), SECRET.model_copy(update={"pages": True})))
    assert (authorization, cookie) == (None, None)


def test_a_page_of_a_host_that_he_named_is_asked_for_with(elsewhere: Outlet, read: Read) -> None:
    passport = SECRET.model_copy(update={"pages": True, "pages_at": (f"127.0.0.1:{elsewhere.port}",)})
    assert secrets(read(elsewhere.url("news/1"), passport)) == [("Bearer s3cret", "session=s3cret", "Desk/1")]


def test_a_page_that_redirects_takes_nothing_along(outlet: Outlet, elsewhere: Outlet, read: Read) -> None:
    outlet.redirect("news/1", elsewhere.url("news/2"))
    passport = SECRET.model_copy(update={"pages": True, "pages_at": (f"127.0.0.1:{elsewhere.port}",)})
    asked = read(outlet.url("news/1"), passport)
    assert [(one.get("authorization"), one.get("cookie")) for one in asked] == [
        ("Bearer s3cret", "session=s3cret"),
        (None, None),
    ]
