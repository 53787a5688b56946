"""What is asked of a publisher."""

from services.fetcher.request import headers_for
from shared.messages import Kind, Target, Validators
from shared.rules import Rules


def target(kind: Kind, **validators: str) -> Target:
    return Target(kind=kind, id=1, token="t", url="http://a/", host="a", validators=Validators(**validators))


def test_a_first_request_has_no_conditions() -> None:
    assert set(headers_for(target(Kind.FEED), conditional=True)) == {"Accept"}


def test_both_validators_are_sent_back_as_they_came() -> None:
    headers = headers_for(
        target(Kind.FEED, etag='W/"a"', last_modified="yesterday, perhaps", body_digest="x"), conditional=True
    )
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('W/"a"', "yesterday, perhaps")


def test_feeds_are_asked_for_as_feeds_and_pages_as_pages() -> None:
    assert headers_for(target(Kind.FEED), conditional=True)["Accept"].startswith(
        "application/rss+xml, application/atom+xml"
    )
    assert headers_for(target(Kind.PAGE), conditional=True)["Accept"].startswith("text/html")


def test_what_is_read_by_rules_is_asked_for_as_what_these_are_for() -> None:
    accepted = [
        headers_for(target(Kind.FEED).model_copy(update={"rules": rules}), conditional=False)["Accept"].split(",")[0]
        for rules in (
            Rules(items="article"),
            Rules(items="$.posts"),
            Rules(items="$.posts", script="#state"),
            Rules(body=".story"),
        )
    ]
    assert accepted == ["text/html", "application/json", "text/html", "application/rss+xml"]
