"""Article pages: the text, the facts around it, and the pages that are none."""

import json

import pytest

from services.parser.document import read_document
from services.parser.formats.crowded import thinned
from shared.messages import Entry, Kind, Outcome, Result
from shared.schema import Access
from tests.parser.documents import document

URL = "https://harbour.example/news/storm?utm_source=rss"
PARAGRAPHS = [
    "The storm that crossed the bay on Sunday night took the roof of the customs house and two of the older cranes, "
    "and left the lower market under half a metre of water until the tide turned.",
    "Nobody was hurt, since the harbour master had closed the piers at dusk and sent the night shift home before the "
    "wind reached the mole, as the rules have asked for since the flood of 1987.",
    "Repairs begin on Tuesday. The council expects the ferries to sail again by the end of the week, and the market to "
    "open its eastern stalls on Saturday morning if the power is back by then.",
]
SAID = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Storm takes the roof of the customs house",
    "datePublished": "2025-01-06T07:30:00+01:00",
    "dateModified": "2025-01-06T09:00:00+01:00",
    "author": [{"@type": "Person", "name": "Ada Lindqvist"}, {"@type": "Organization", "name": "The Harbour Post"}],
    "publisher": {"@type": "Organization", "name": "The Harbour Post"},
    "image": {
        "@type": "ImageObject",
        "url": "https://harbour.example/pictures/storm-2025-01.jpg",
        "width": 1200,
        "height": 800,
    },
    "articleSection": "Harbour",
    "isAccessibleForFree": False,
}


def page(
    paragraphs: list[str], said: str = json.dumps(SAID), title: str = "Storm takes the roof of the customs house"
) -> bytes:
    text = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title} | The Harbour Post</title>
      <meta property="og:site_name" content="The Harbour Post"><link rel="canonical" href="/news/storm">
      <script type="application/ld+json">{said}</script></head>
      <body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>{title}</h1>
      <figure><img src="/pictures/storm-2025-01.jpg" alt="A roof">
      <figcaption>The roof on Monday <span class="credit">Ines Falk</span></figcaption></figure>
      {text}</article><aside><h2>More</h2><a href="/x">Subscribe to our newsletter</a></aside>
      <footer>Imprint</footer></body></html>""".encode()


def read(data: bytes) -> Result:
    return read_document(document(kind=Kind.PAGE, url=URL), data, 2000)


def only(result: Result) -> Entry:
    assert result.facts.error is None
    return result.entries[0]


def test_a_page_gives_its_article_and_none_of_the_frame() -> None:
    entry = only(read(page(PARAGRAPHS)))
    assert entry.keys == ("url:https://harbour.example/news/storm",)
    assert not entry.page_wanted
    assert entry.content.body_text is not None
    assert entry.content.body_text.split("\n\n")[-3:] == PARAGRAPHS
    assert "newsletter" not in entry.content.body_text
    assert "Imprint" not in (entry.content.body_html or "")


def test_a_page_gives_the_facts_that_its_publisher_states() -> None:
    content = only(read(page(PARAGRAPHS))).content
    assert content.headline == "Storm takes the roof of the customs house"
    assert [author.name for author in content.authors] == ["Ada Lindqvist"]
    assert content.published_at is not None
    assert content.published_at.isoformat() == "2025-01-06T06:30:00+00:00"
    assert (content.section, content.language, content.access) == ("Harbour", "en-GB", Access.SUBSCRIBER)
    assert content.canonical_url == "https://harbour.example/news/storm"
    assert content.provenance["published_at"] == "page json-ld datePublished"


def test_a_picture_keeps_its_caption_and_credit_and_is_listed_once() -> None:
    (image,) = only(read(page(PARAGRAPHS))).content.images
    assert (image.caption, image.credit, image.width) == ("The roof on Monday", "Ines Falk", 1200)


@pytest.mark.parametrize(
    "said", ["", "{broken", "[[[", '{"@type": "NewsArticle", "author": 7, "image": [null]}', "null"]
)
def test_broken_metadata_costs_nothing_but_itself(said: str) -> None:
    assert only(read(page(PARAGRAPHS, said))).content.headline == "Storm takes the roof of the customs house"


@pytest.mark.parametrize("attribute", [" a{}=1", " a{}='>'", ' a{} = "x"', " a{}", "/a{}"])
def test_a_tag_with_attributes_without_number_costs_nothing_but_them(attribute: str) -> None:
    crowded = "<div" + "".join(attribute.format(at) for at in range(50_000)) + "><article>"  # minutes for libxml2
    entry = only(read(page(PARAGRAPHS).replace(b"<article>", crowded.encode())))
    assert (entry.content.body_text or "").split("\n\n")[-3:] == PARAGRAPHS


@pytest.mark.parametrize("piece", ["<a", "<a ", '<a b="', "<a b='", "<a b = ", "<a>"])
def test_no_tag_takes_long(piece: str) -> None:
    assert thinned("<p>" + piece * 200_000)[:3] == "<p>"


def test_the_words_of_a_drawing_are_none_of_the_page() -> None:
    trail = b'<p class="breadcrumb"><a href="/harbour"><svg><title>Arrow</title></svg>Harbour</a></p><article>'
    assert only(read(page(PARAGRAPHS, "").replace(b"<article>", trail))).content.section == "Harbour"


def test_a_drawing_that_is_never_closed_costs_no_text() -> None:
    unclosed = page(PARAGRAPHS).replace(b"</h1>", b"</h1><svg><path d='M0 0'>")
    assert PARAGRAPHS[2] in (only(read(unclosed)).content.body_text or "")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (page(["Sign in to continue."], "", "Log in to continue"), "log-in"),
        (
            page(["We value your privacy. We and our partners store cookies on your device. " * 4], "", "Consent"),
            "consent",
        ),
        (page(["Too short."], "", "A teaser"), "no article"),
        (b"%PDF-1.7 \x00\x01\x02", "not HTML"),
        (b"\x00\x01\x02" * 5000, "not HTML"),
        (b"<!doctype html><html><body>" + b"<div>" * 50_000 + b"text", "deep"),
        (b'{"not": "html"}', "not HTML"),
    ],
)
def test_what_is_no_article_is_refused_and_never_a_body(data: bytes, sentence: str) -> None:
    result = read(data)
    assert result.facts.outcome is Outcome.REFUSED
    assert sentence in (result.facts.error or "")
    assert result.entries == ()
