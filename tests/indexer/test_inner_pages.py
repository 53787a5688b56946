"""Article pages on inner places are fetched for feeds on inner places alone."""

from shared.http.addresses import allow_list, leads_inside

ALLOW = allow_list(["wiki.intranet:8080", "feeds.intranet:80"])


def test_a_feed_on_the_web_leads_to_no_inner_page() -> None:
    assert leads_inside("http://wiki.intranet:8080/secret", "https://paper.example/feed", ALLOW)


def test_a_feed_on_an_inner_place_leads_to_inner_pages() -> None:
    assert not leads_inside("http://wiki.intranet:8080/news", "http://feeds.intranet/feed", ALLOW)


def test_pages_on_the_web_are_not_asked_about() -> None:
    assert not leads_inside("https://paper.example/a", "https://paper.example/feed", ALLOW)
    assert not leads_inside("ftp://wiki.intranet:8080/a", "https://paper.example/feed", ALLOW)
