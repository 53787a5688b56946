"""Feeds in forms that few publishers write and their specifications allow, or that say plainly what is meant."""

import base64

import pytest

from services.parser.fields.html import clean_body
from services.parser.fields.text import line
from services.parser.formats.detect import read_listing
from shared.messages import Entry
from tests.parser.documents import URL, entries_of

ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
SPACES = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'


def entries(data: bytes) -> list[Entry]:
    return entries_of(data, URL, None)


def rss_entry(inside: str, spaces: str = SPACES) -> Entry:
    [entry] = entries(f"<rss {spaces}><channel><item>{inside}</item></channel></rss>".encode())
    return entry


def atom_entry(inside: str, spaces: str = ATOM) -> Entry:
    [entry] = entries(f"<feed {spaces}><entry>{inside}</entry></feed>".encode())
    return entry


def packed(name: str, attributes: str, text: str) -> str:
    return f"<{name} {attributes}>\n{base64.b64encode(text.encode()).decode()}\n</{name}>"


def test_text_in_base64_is_unpacked() -> None:
    attributes = 'type="text/html" mode="base64"'
    title = packed("title", attributes, "Quay &amp; <b>mole</b>")
    entry = atom_entry(title + packed("content", attributes, "<p>Über Nacht.</p>"), 'xmlns="http://purl.org/atom/ns#"')
    assert entry.content.headline == "Quay & mole"
    assert entry.content.summary == "Über Nacht."


def test_atom_1_0_packs_content_alone() -> None:
    attributes = 'type="application/octet-stream"'
    entry = atom_entry("<title>T</title>" + packed("content", attributes, "<p>Über Nacht.</p>"))
    assert entry.content.summary == "Über Nacht."
    title = packed("title", attributes, "Mole")
    assert atom_entry(title).content.headline == base64.b64encode(b"Mole").decode()


def test_what_is_said_to_be_base64_and_is_not_stands_as_it_is() -> None:
    entry = atom_entry('<title mode="base64">The mole is open</title>', 'xmlns="http://purl.org/atom/ns#"')
    assert entry.content.headline == "The mole is open"


def test_names_of_elements_may_be_written_with_any_capitals() -> None:
    item = "<Item><TITLE>Mole</TITLE><PubDate>Mon, 06 Jan 2025 08:00:00 GMT</PubDate></Item>"
    data = f"<rss><channel><Title>Post</Title>{item}</channel></rss>".encode()
    assert read_listing(data, URL, None).feed.title == "Post"
    [entry] = entries(data)
    assert (entry.content.headline, entry.content.published_at is not None) == ("Mole", True)


def test_an_atom_feed_may_call_its_entries_items_and_an_rss_feed_its_items_entries() -> None:
    assert [one.content.headline for one in entries(f"<feed {ATOM}><item><title>A</title></item></feed>".encode())] == [
        "A"
    ]
    assert [
        one.content.headline for one in entries(b"<rss><channel><entry><title>B</title></entry></channel></rss>")
    ] == ["B"]


def test_a_feeds_title_is_text_whatever_markup_it_is_written_in() -> None:
    title = '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">The <script>go()</script>Post</div></title>'
    assert read_listing(f"<feed {ATOM}>{title}</feed>".encode(), URL, None).feed.title == "The Post"
    named = f"<rss {SPACES}><channel><dc:title>The Post</dc:title></channel></rss>"
    assert read_listing(named.encode(), URL, None).feed.title == "The Post"


def test_a_body_or_full_item_beside_the_description_is_the_text() -> None:
    for name in ("body", "fullitem"):
        entry = rss_entry(
            f"<title>T</title><description>Short.</description><{name}><p>{'Long text. ' * 60}</p></{name}>"
        )
        assert entry.content.summary == "Short."
        assert (entry.content.body_text or "").startswith("Long text.")


def test_a_groups_description_sums_up_an_entry_that_says_nothing_else() -> None:
    group = "<media:group><media:description>How the mole is built.</media:description></media:group>"
    assert rss_entry(f"<title>Film</title>{group}").content.summary == "How the mole is built."
    assert rss_entry(f"<title>Film</title><description>Own.</description>{group}").content.summary == "Own."


def test_the_language_of_the_text_goes_before_that_of_what_is_around_it() -> None:
    entry = atom_entry('<title>T</title><content xml:lang="de">Der Hafen</content>', f'{ATOM} xml:lang="en"')
    assert entry.content.language == "de"


def test_categories_of_media_and_lists_of_tags_are_keywords() -> None:
    entry = rss_entry("<media:category>Coast</media:category><tags>harbour, mole</tags><category>News</category>")
    assert set(entry.content.keywords) == {"Coast", "harbour", "mole", "News"}


def test_an_author_in_dublin_core_is_one() -> None:
    assert rss_entry("<title>T</title><dc:author>Ada Lindqvist</dc:author>").content.byline == "Ada Lindqvist"


def test_a_permanent_link_may_be_relative_if_it_is_said_to_be_one() -> None:
    assert rss_entry('<guid isPermaLink="true">/news/7/</guid>').url == "https://harbour.example/news/7/"
    assert rss_entry("<guid>/news/7/</guid>").url is None
    assert rss_entry('<guid isPermaLink="true">7</guid>').url is None


@pytest.mark.parametrize(
    "html",
    [
        '<p>Before.</p><iframe src="https://film.example/7"/><p>Behind.</p>',
        '<p>Before.</p><script src="https://film.example/7.js"/><p>Behind.</p>',
        '<p>Before.</p><object data="/film.swf"><p>Behind.</p>',
        '<p>Before.</p><video src="/a.mp4" /><p>Behind.</p><video src="/b.mp4">no film</video>',
    ],
)
def test_an_element_that_is_written_as_empty_swallows_nothing(html: str) -> None:
    assert clean_body(html, URL).paragraphs == ("Before.", "Behind.")


@pytest.mark.parametrize(
    "html",
    [
        "<script/>go()</script>",
        "<script>go()",
        "<style>p {}",
        "<iframe/>x</iframe>",
    ],
)
def test_what_is_closed_or_code_goes_with_its_content(html: str) -> None:
    assert clean_body(f"<p>Before.</p>{html}", URL).paragraphs == ("Before.",)


def test_elements_that_html_does_not_know_are_markup_where_they_are_closed() -> None:
    assert line("<blink>New</blink>: the <dt-mark kind='x'>mole</dt-mark> opens") == "New: the mole opens"
    assert clean_body('<amp-social type="post"></amp-social>The mole opens.', URL).paragraphs == ("The mole opens.",)
    assert line("What <blink> did to the web, 5 < 6") == "What <blink> did to the web, 5 < 6"


def test_elements_that_html_has_given_up_are_markup_too() -> None:
    assert line("<marquee>New: mole open</marquee><!-- draft") == "New: mole open"


def test_channels_of_the_channel_definition_format_are_read() -> None:
    cdf = b"""<CHANNEL HREF="http://harbour.example/"><TITLE>Harbour News</TITLE>
        <ITEM HREF="http://harbour.example/pier.html" LASTMOD="1998-11-05T22:10"><TITLE>The pier is open</TITLE>
        <ABSTRACT>It was shut for a year.</ABSTRACT></ITEM></CHANNEL>"""
    (entry,) = entries_of(cdf, URL, None)
    assert entry.url == "http://harbour.example/pier.html"
    assert (entry.content.headline, entry.content.summary) == ("The pier is open", "It was shut for a year.")


def test_what_describes_a_film_is_a_summary_however_long() -> None:
    told = " ".join(f"Scene {number} shows the harbour from another side." for number in range(40))
    entry = rss_entry(f"<title>A film</title><media:group><media:description>{told}</media:description></media:group>")
    assert entry.content.body_text is None
    assert (entry.content.summary or "").startswith("Scene 0 shows")


def test_addresses_in_a_text_are_relative_to_the_base_of_the_text_and_others_to_the_entry() -> None:
    entry = atom_entry(
        "<link href='mole.html'/><link rel='enclosure' type='image/jpeg' href='quay.jpg'/>"
        "<content type='html' xml:base='photos/'>&lt;p>The mole.&lt;/p>&lt;img src='mole.jpg'></content>",
        f'{ATOM} xml:base="https://harbour.example/2026/"',
    )
    assert entry.url == "https://harbour.example/2026/mole.html"
    assert {image.url for image in entry.content.images} == {
        "https://harbour.example/2026/quay.jpg",
        "https://harbour.example/2026/photos/mole.jpg",
    }


def test_a_keyword_of_an_agency_is_no_section() -> None:
    item = b'{"uri":"urn:agency:1","type":"text","headline":"Mole","body_text":"It holds.","keywords":["harbours"]}'
    [entry] = entries(item)
    assert (entry.content.keywords, entry.content.section) == (("harbours",), None)


def test_no_address_is_relative_to_the_machine_that_a_feed_was_made_on() -> None:
    content = (
        "<link href='/mole'/><content type='html' xml:base='http://localhost:4000/'>&lt;img src='/m.jpg'></content>"
    )
    entry = atom_entry(content, f'{ATOM} xml:base="http://localhost:4000/feed.xml"')
    assert entry.url == f"https://{URL.split('/')[2]}/mole"
    assert [image.url for image in entry.content.images] == [f"https://{URL.split('/')[2]}/m.jpg"]
