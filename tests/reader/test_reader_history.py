"""`/v1/articles/{id}/diff` and `/v1/flagged`."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import Engine, update

from shared.database import writing
from shared.settings import Settings
from shared.tables import Article, Publication
from tests.indexer.newsdesk import NOON, Newsdesk, entry


@pytest.fixture
def newsdesk(store: Engine, settings: Callable[..., Settings]) -> Newsdesk:
    newsdesk = Newsdesk(store, settings())
    feed = newsdesk.feed("a.example", newsdesk.publication("The Paper"))
    for headline in ("Ferry sinks", "Ferry saved"):
        newsdesk.poll(feed, entry("one", headline=headline))
    return newsdesk


@pytest.fixture
def client(newsdesk: Newsdesk, reader: httpx.Client) -> httpx.Client:
    return reader


def test_what_changed_last_is_told(client: httpx.Client) -> None:
    found = client.get("/v1/articles/1/diff").json()
    assert (found["older"], found["newer"], found["source"]) == (1, 2, "feed:1")
    assert [run["kind"] for run in found["differences"][0]["runs"]] == ["same", "removed", "added"]
    assert client.get("/v1/articles/1/diff?from=1&to=2").json() == found


def test_states_that_are_not_there_are_not_compared(client: httpx.Client) -> None:
    assert client.get("/v1/articles/1/diff?from=9").status_code == 404
    assert client.get("/v1/articles/9/diff").status_code == 404
    assert client.get("/v1/articles/1/diff?form=1").status_code == 422


def test_no_more_is_told_than_the_terms_allow(client: httpx.Client, newsdesk: Newsdesk) -> None:
    newsdesk.poll(1, entry("one", headline="Ferry saved", body_text="Another text."))
    with writing(newsdesk.engine) as connection:
        connection.execute(update(Publication).values(terms="headline"))
    assert client.get("/v1/articles/1/diff").json()["differences"] == []


def test_nothing_of_a_withdrawn_article_is_compared(client: httpx.Client, newsdesk: Newsdesk) -> None:
    newsdesk.poll(1, entry("one", cancelled=True))
    assert client.get("/v1/articles/1/diff").status_code == 410


def test_flagged_articles_are_told_to_operators(client: httpx.Client, newsdesk: Newsdesk) -> None:
    assert client.get("/v1/flagged").json() == {"articles": []}
    with writing(newsdesk.engine) as connection:
        connection.execute(update(Article).values(flag="its agency killed it", flagged_at=NOON))
    (found,) = client.get("/v1/flagged").json()["articles"]
    assert (found["id"], found["reason"], found["publication"]["name"]) == (1, "its agency killed it", "The Paper")


def test_a_flagged_article_that_may_no_longer_be_read_is_told_to_nobody(
    client: httpx.Client, newsdesk: Newsdesk
) -> None:
    newsdesk.poll(1, entry("one", cancelled=True))
    with writing(newsdesk.engine) as connection:
        connection.execute(update(Article).values(flag="its agency killed it", flagged_at=NOON))
    assert client.get("/v1/flagged").json() == {"articles": []}
