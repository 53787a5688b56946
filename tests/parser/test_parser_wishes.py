"""What a feed asks of its pollers, and where it says that older entries are."""

import pytest

from services.parser.formats.detect import read_listing
from shared.messages import FeedFacts

ITEM = "<item><title>Rain</title><link>https://a.example/1</link></item>"


def said(about: str, item: str = ITEM) -> FeedFacts:
    names = 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    text = f'<rss version="2.0" {names}><channel><title>A</title>{about}{item}</channel></rss>'
    return read_listing(text.encode(), "https://a.example/feed", "application/rss+xml").feed


def test_a_feed_that_asks_for_nothing_wishes_nothing() -> None:
    facts = said("")
    assert (facts.skip_hours, facts.skip_days, facts.older_url, facts.pages_by_number) == ((), (), None, False)


def test_hours_to_leave_out_are_read_and_24_is_midnight() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in (24, 1, " 2 ", "x", 999))
    assert said(f"<skipHours>{hours}</skipHours>").skip_hours == (0, 1, 2)


def test_days_to_leave_out_are_read() -> None:
    days = "<day>Sunday</day><day>monday</day><day>Ruhetag</day>"
    assert said(f"<skipDays>{days}</skipDays>").skip_days == (0, 6)


def test_who_leaves_out_every_hour_means_none() -> None:
    every = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert said(f"<skipHours>{every}</skipHours>").skip_hours == ()


@pytest.mark.parametrize("rel", ["prev-archive", "next"])
def test_older_entries_are_linked_to(rel: str) -> None:
    assert said(f'<atom:link rel="{rel}" href="/older"/>').older_url == "https://a.example/older"


def test_an_archive_comes_before_a_next_page() -> None:
    links = '<atom:link rel="next" href="/next"/><atom:link rel="prev-archive" href="/archive"/>'
    assert said(links).older_url == "https://a.example/archive"


def test_atom_links_to_its_archive_too() -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><link rel="prev-archive" href="https://a.example/x"/>'
        '<entry><id>1</id><title>Rain</title><link href="https://a.example/1"/></entry></feed>'
    )
    facts = read_listing(text.encode(), "https://a.example/feed", None).feed
    assert facts.older_url == "https://a.example/x"


def test_wordpress_is_known_by_its_generator() -> None:
    assert said("<generator>https://wordpress.org/?v=6.4.2</generator>").pages_by_number
