"""Facts around a page's text: who, when, about what, for whom, on what terms; each with the place it was read from."""

import json
from typing import Any

import pytest

from services.parser.document import read_document
from services.parser.formats.pages.article import read_page
from shared.messages import Kind
from shared.schema import Access, Content, Subject
from tests.parser.documents import document

PARAGRAPHS = [
    f"The {name} mole was raised by a metre before the winter, and the ferries have kept to their timetable since, "
    "which the council had asked for in each of the last four years, said the harbour master on Monday."
    for name in ("northern", "eastern", "southern")
]


def read(said: dict[str, Any] | None = None, *, head: str = "", above: str = "", below: str = "") -> Content:
    facts = json.dumps({"@type": "NewsArticle", "headline": "The mole holds", **said}) if said else ""
    script = f'<script type="application/ld+json">{facts}</script>' if facts else ""
    text = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The mole holds</title>{script}{head}</head>'
        f"<body><article><h1>The mole holds</h1>{above}{text}{below}</article></body></html>"
    )
    return read_page(page.encode(), "https://harbour.example/coast/mole-holds-12345", None).content


@pytest.mark.parametrize(
    ("above", "below", "place"),
    [
        (
            "<ul><li>Von: <span><a href='/b'>Ada Byron</a>, </span><span>Max Frisch</span></li></ul>",
            "",
            "page labelled",
        ),
        ("<p><strong>Autorin/Autor</strong> Ada Byron, Max Frisch</p>", "", "page labelled"),
        ("<p><strong>Ada Byron/Max Frisch</strong></p>", "", "page signature"),
        ("<div class='byline'>Ada Byron and Max Frisch, Europe editors</div>", "", "page shown byline"),
        (
            "<div class='byline'><span>Ada Byron</span><span>Coast editor</span><span>Max Frisch</span></div>",
            "",
            "page shown byline",
        ),
        (
            "<footer>By <b typeof='schema:Person'>Ada Byron</b>, <b typeof='schema:Person'>Max Frisch</b></footer>",
            "",
            "page shown rdfa person",
        ),
        ("<div><b>Ada Byron, Max Frisch |</b> <b>13.05.2026 15:44</b></div>", "", "page shown beside date"),
        (
            f"<h4>{'The mole has held through the storm, and so has the town behind it. ' * 3}</h4>"
            "<div><span>Ada Byron, Max Frisch |</span> <span>13.05.2026 15:44</span></div>",
            "",
            "page shown beside date",
        ),
        ("", "<p style='text-align:right'><strong>Ada Byron and Max Frisch</strong></p>", "page signature"),
    ],
)
def test_people_are_found_where_they_sign(above: str, below: str, place: str) -> None:
    content = read(above=above, below=below)
    assert [author.name for author in content.authors] == ["Ada Byron", "Max Frisch"]
    assert content.provenance["authors"] == place


def test_a_line_that_says_by_whom_and_nothing_else_is_found_however_it_is_called() -> None:
    text = "<br><br>".join(PARAGRAPHS)
    cell = f"<td><font size=5><b>Mole holds</b></font><br><i>By Ada Byron</i><br><br>{text}</td>"
    page = (
        f"<html><head><title>Mole holds - Harbour Post</title></head><body><table><tr>{cell}</tr></table></body></html>"
    )
    content = read_page(page.encode(), "https://harbour.example/mole", None).content
    assert ([author.name for author in content.authors], content.provenance["authors"]) == (["Ada Byron"], "page line")


@pytest.mark.parametrize(
    "line",
    [
        "(Reporting by Ada Byron in Oslo and Max Frisch; Editing by Jo Falk)",
        "Reporting and writing by Ada Byron and Max Frisch; additional reporting by Jo Falk",
        "(Reporte de Ada Byron y Max Frisch. Editado en español por Jo Falk)",
        "(Bericht von Ada Byron und Max Frisch, redigiert von Jo Falk)",
    ],
)
def test_who_signs_a_text_off_wrote_it_where_nobody_else_is_named(line: str) -> None:
    content = read(below=f"<p>{line}</p>")
    assert [author.name for author in content.authors][:2] == ["Ada Byron", "Max Frisch"]
    assert content.provenance["authors"] == "page sign-off"
    assert line in (content.body_text or "")
    assert [one.name for one in read({"author": "Ines Falk"}, below=f"<p>{line}</p>").authors] == ["Ines Falk"]


def test_a_line_that_labels_the_source_is_a_credit_where_it_names_an_agency() -> None:
    assert read(above="<div><span>Quelle: dpa</span></div>").credit == "dpa"
    assert read(above="<div><span>Source: the council</span></div>").credit is None


def test_a_byline_does_not_say_when() -> None:
    content = read(above="<p class='byline'>von Ada Byron, HARBOUR POST Stand: 28. April 2026, 05:00 Uhr</p>")
    assert (content.byline, content.authors[0].name) == ("von Ada Byron, HARBOUR POST", "Ada Byron")


def test_people_agencies_and_roles_are_three_facts_and_the_byline_keeps_all() -> None:
    content = read({"author": [{"@type": "Person", "name": "By Ada Byron and Max Frisch, Science Correspondent"},
                               {"@type": "Organization", "name": "Reuters"}]})  # fmt: skip
    assert [author.name for author in content.authors] == ["Ada Byron", "Max Frisch"]
    assert content.byline == "By Ada Byron and Max Frisch, Science Correspondent, Reuters"
    assert content.credit == "Reuters"


def test_a_date_without_a_zone_is_read_by_the_pages_own_clock() -> None:
    content = read({"datePublished": "2026-05-13 15:44", "dateModified": "2026-05-14T08:00:00+02:00"})
    assert content.published_at is not None
    assert content.published_at.isoformat() == "2026-05-13T13:44:00+00:00"
    assert content.provenance["published_at"] == "page json-ld datePublished, by the page's clock"


@pytest.mark.parametrize("other", ["2026-05-14T08:00:00Z", "2026-01-14T08:00:00+01:00", "2026-05-14"])
def test_a_date_without_a_zone_is_not_guessed(other: str) -> None:
    content = read({"datePublished": "2026-05-13 15:44", "dateModified": other})
    assert content.published_at is None
    assert content.provenance["published_raw"] == "2026-05-13 15:44"


def test_a_date_that_is_only_shown_is_kept_as_written() -> None:
    assert read(above="<span class='meta-date'>Stand: 13. Mai 2026, 15:44</span>").provenance["published_raw"] == (
        "13. Mai 2026, 15:44"
    )


def test_what_the_article_is_about_and_its_terms_are_read_with_their_places() -> None:
    content = read(
        {
            "keywords": ["mole", "Ferries"], "genre": "Analysis", "articleSection": "Coast",
            "expires": "2030-01-01T00:00:00Z", "copyrightNotice": "© 2026 Harbour Post", "license": "https://harbour.example/terms",
            "about": [{"@type": "Thing", "name": "Flood", "@id": "http://cv.iptc.org/newscodes/mediatopic/20000151"},
                      {"@type": "Thing", "name": "Merrow"}],
        }
    )  # fmt: skip
    assert (content.keywords, content.genre, content.section) == (("mole", "Ferries"), "Analysis", "Coast")
    assert content.subjects == (
        Subject(scheme="http://cv.iptc.org/newscodes/mediatopic/", code="20000151", name="Flood"),
        Subject(name="Merrow"),
    )  # fmt: skip
    assert (content.copyright_notice, content.usage_terms) == ("© 2026 Harbour Post", "https://harbour.example/terms")
    assert content.expires_at is not None
    said = {name for name, value in content if value not in (None, (), Access.UNKNOWN, "usable")} - {"provenance"}
    assert said - set(content.provenance) <= {"body_html", "direction", "status", "credit_evidence"}


@pytest.mark.parametrize(
    ("said", "head", "access"),
    [
        ({"isAccessibleForFree": False}, "", Access.SUBSCRIBER),
        ({"isAccessibleForFree": "http://schema.org/True"}, "", Access.FREE),
        ({"isAccessibleForFree": False}, "<meta property='article:content_tier' content='metered'>", Access.METERED),
        ({}, "<meta property='article:content_tier' content='locked'>", Access.SUBSCRIBER),
        ({}, "", Access.UNKNOWN),
    ],
)
def test_who_may_read_it_is_as_the_publisher_says(said: dict[str, Any], head: str, access: Access) -> None:
    assert read(said, head=head).access is access


@pytest.mark.parametrize(
    "written",
    [
        '{"@type":"NewsArticle","headline":"The mole holds","author":{"@type":"Person","name":"Ada Byron"},'
        '"datePublished":"2026-05-13T15:44:00+02:00","description":"He said "no" twice"}',
        '{"@type":"NewsArticle","headline":"The mole holds","author":[{"@type":"Person","name":"Ada Byron"}],'
        '"datePublished":"2026-05-13T15:44:00+02:00","image":[{',
        '{"@type":"NewsArticle","headline":"The mole holds","author":"Ada Byron",'
        '"datePublished":"2026-05-13T15:44:00+02:00"}} {"@type":"Thing"}',
        '[{"@graph":[{"@type":["Thing","NewsArticle"],"headline":"The mole\nholds","author":{"name":["Ada Byron"]},'
        '"datePublished":"2026-05-13T15:44:00+02:00",},]}]',
    ],
)  # fmt: skip
def test_broken_metadata_gives_what_is_whole_in_it(written: str) -> None:
    content = read(head=f'<script type="application/ld+json">{written}</script>')
    assert (content.headline, [author.name for author in content.authors]) == ("The mole holds", ["Ada Byron"])
    assert content.published_at is not None
    assert content.provenance["published_at"] == "page json-ld datePublished"


def test_a_foreign_canonical_address_is_evidence_and_no_identity() -> None:
    page = f"<html><head><link rel='canonical' href='https://agency.example/a/1'></head><body><article><h1>Mole</h1>{PARAGRAPHS}"
    entry = read_page(page.encode(), "https://m.harbour.example/mole?utm_source=x", None)
    assert entry.keys == ("url:https://www.harbour.example/mole",)
    assert entry.content.canonical_url == "https://agency.example/a/1"


def test_the_same_page_twice_gives_the_same_bytes() -> None:
    page = f"<html><body><article><h1>The mole holds</h1>{''.join(f'<p>{one}</p>' for one in PARAGRAPHS)}".encode()
    results = [read_document(document(kind=Kind.PAGE), page, 10).model_dump_json() for _ in range(2)]
    assert results[0] == results[1]
    assert '"parser":"wireroom' in results[0]


def test_what_json_ld_only_refers_to_is_read_where_it_stands() -> None:
    graph = [
        {
            "@type": "NewsArticle",
            "headline": "The mole holds",
            "author": {"@id": "#ada"},
            "publisher": {"@id": "#post"},
        },
        {"@type": "Person", "@id": "#ada", "name": "Ada Byron", "url": "https://harbour.example/by/ada"},
        {"@type": "Organization", "@id": "#post", "name": "Harbour Post"},
    ]
    content = read(head=f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>')
    assert [(author.name, author.url) for author in content.authors] == [
        ("Ada Byron", "https://harbour.example/by/ada")
    ]


@pytest.mark.parametrize("kind", ["WebPage", "Recipe", "PodcastEpisode"])
def test_facts_are_read_from_other_kinds_where_no_article_is_named(kind: str) -> None:
    said = {"@type": kind, "datePublished": "2026-05-13T15:44:00+02:00", "author": "Ada Byron"}
    content = read(head=f'<script type="application/ld+json">{json.dumps(said)}</script>')
    assert content.published_at is not None
    assert [author.name for author in content.authors] == ["Ada Byron"]


@pytest.mark.parametrize(("kind", "published"), [("video.other", True), ("article", False)])
def test_a_film_gives_the_pages_facts_only_where_the_page_is_about_it(kind: str, published: bool) -> None:
    film = {"@type": "VideoObject", "uploadDate": "2026-05-13T15:44:00+02:00", "duration": "PT1M32S",
            "name": "The mole", "contentUrl": "https://harbour.example/mole.mp4"}  # fmt: skip
    head = f'<meta property="og:type" content="{kind}"><script type="application/ld+json">{json.dumps(film)}</script>'
    content = read(head=head)
    assert (content.published_at is not None) is published
    assert [one.duration_s for one in content.media] == ([92.0] if published else [])


def test_links_that_say_to_be_the_articles_tags_are_its_keywords_and_section() -> None:
    below = (
        "<footer><a rel='category tag' href='/c/coast'>Coast</a> <a rel='tag' href='/t/mole'>#mole</a> "
        "<a rel='tag' href='/t/ferry'>ferry</a></footer><aside><a rel='tag' href='/t/x'>Elsewhere</a></aside>"
    )
    content = read(below=below)
    assert (content.section, content.keywords) == ("Coast", ("mole", "ferry"))
    assert (content.provenance["section"], content.provenance["keywords"]) == ("page rel=category", "page rel=tag")


def test_a_second_headline_in_microdata_is_one() -> None:
    content = read(above="<h2 itemprop='alternativeHeadline'>Ferries keep to their timetable</h2>")
    assert content.subheadline == "Ferries keep to their timetable"
    assert content.provenance["subheadline"] == "page meta alternativeheadline"


@pytest.mark.parametrize(
    "shown",
    [
        "<time datetime=''>May 13, 2026 at 1:44 PM GMT</time>",
        "<abbr class='published' title='2026-05-13T13:44:00Z'>1:44 PM</abbr>",
        "<div>Wednesday 13 May 2026, 13:44 GMT</div>",
        "<div class='meta'>Updated 14 May 2026 09:00 GMT</div><div class='date'>13 May 2026 13:44 GMT</div>",
    ],
)
def test_a_date_is_found_where_the_page_shows_it(shown: str) -> None:
    content = read(above=shown)
    assert content.published_at is not None
    assert content.published_at.isoformat() == "2026-05-13T13:44:00+00:00"


def test_a_line_that_says_when_it_was_changed_is_no_date_of_publication() -> None:
    content = read(above="<div class='date'>Updated 14 May 2026 09:00 GMT</div>")
    assert (content.published_at, content.updated_at is not None) == (None, True)


@pytest.mark.parametrize(("language", "known"), [("vi", True), ("en-GB", True), ("en", False), ("es-US", False)])
def test_a_date_in_figures_is_read_as_the_pages_language_writes_it(language: str, known: bool) -> None:
    page = (
        f"<html lang='{language}'><head><title>Mole</title></head><body><article><h1>The mole holds</h1>"
        f"<span class='date'>05/06/2026 13:44 GMT</span>{''.join(f'<p>{one}</p>' for one in PARAGRAPHS)}"
    )
    content = read_page(page.encode(), "https://harbour.example/mole", None).content
    assert (content.published_at is not None) is known
    assert not known or str(content.published_at) == "2026-06-05 13:44:00+00:00"


@pytest.mark.parametrize("desk", ["Agencies", "PA Media", "Harbour Gazette Staff", "Staff writer"])
def test_a_desk_that_signs_is_the_byline_and_no_author(desk: str) -> None:
    content = read(above=f"<div class='byline'>{desk}</div>")
    assert (content.byline, content.authors) == (desk, ())


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"givenName": "Ada", "familyName": "Byron"}, ["Ada Byron"]),
        ({"@list": [{"name": "Ada Byron"}, "Max Frisch"]}, ["Ada Byron", "Max Frisch"]),
        ([[{"name": "Ada Byron"}]], ["Ada Byron"]),
        ("Ada Byron, Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("https://harbour.example/by/ada", []),
        ([{"name": "Ada Byron"}, {"name": "Harbour Post"}], ["Ada Byron"]),
    ],
)
def test_authors_are_read_in_whatever_shape_they_are_stated(said: Any, names: list[str]) -> None:
    content = read({"author": said, "publisher": {"name": "Harbour Post"}})
    assert [author.name for author in content.authors] == names


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("新华社东海3月4日电（记者王小明、李红）码头关闭。", ["王小明", "李红"]),
        ("(서울=연합뉴스) 김철수 기자 = 부두가 폐쇄된다.", ["김철수"]),
        ("桟橋は閉鎖される。【山田太郎、鈴木花子】", ["山田太郎", "鈴木花子"]),
    ],
)
def test_reporters_sign_within_the_text_in_east_asia(first: str, names: list[str]) -> None:
    assert [author.name for author in read(above=f"<p>{first}</p>").authors] == names


def test_the_time_of_a_post_that_is_quoted_is_not_the_articles() -> None:
    quoted = "<blockquote>Stone it is! <time datetime='2018-03-12T19:30:12Z'>12 March</time></blockquote>"
    assert read(above=quoted).published_at is None
    own = read(above=quoted, below="<p><time datetime='2025-01-06T09:00:00Z'>6 January 2025</time></p>")
    assert str(own.published_at) == "2025-01-06 09:00:00+00:00"


@pytest.mark.parametrize(
    ("above", "below", "byline", "authors"),
    [
        ("<p class='byline'>F. L.</p>", "", "F. L.", ["F. L."]),
        ("<span class='author'>(abr)</span>", "", "(abr)", []),
        ("", "<p>Ž.-A.</p>", "Ž.-A.", ["Ž.-A."]),
        ("", "<p>(abr)</p>", "(abr)", []),
        ("", "<p>(END)</p>", None, []),
    ],
)
def test_initials_sign_where_no_name_does(above: str, below: str, byline: str | None, authors: list[str]) -> None:
    content = read(above=above, below=below)
    assert (content.byline, [one.name for one in content.authors]) == (byline, authors)
    assert content.body_text == "\n\n".join(PARAGRAPHS)


def test_a_name_comes_before_initials() -> None:
    content = read(above="<p class='byline'>By Ada Byron</p>", below="<p>(abr)</p>")
    assert content.byline == "By Ada Byron"


def test_what_a_box_calls_out_is_no_part_of_the_text() -> None:
    box = "<div class='callout'><h3>What is a mole?</h3><p>A wall of stone that keeps the waves away.</p></div>"
    texts = [f"<p>{one}</p>" for one in PARAGRAPHS]
    page = f"<html><body><article><h1>The mole holds</h1>{texts[0]}{box}{texts[1]}{texts[2]}</article></body></html>"
    found = read_page(page.encode(), "https://harbour.example/mole-holds", None).content
    assert found.body_text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "heading",
    [
        "<h2>Storm takes the roof of the old mole</h2>",
        "<h1>Harbour Post</h1><h2>Storm takes the roof of the old mole</h2>",
    ],
)
def test_the_name_of_the_site_is_no_headline(heading: str) -> None:
    text = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    page = (
        "<html><head><title>Harbour Post</title><meta property='og:site_name' content='Harbour Post'>"
        "<meta property='og:title' content='Harbour Post'></head><body><nav><h2>All the news of today</h2></nav>"
        f"<article>{heading}{text}</article></body></html>"
    )
    content = read_page(page.encode(), "https://harbour.example/storm", None).content
    assert (content.headline, content.provenance["headline"]) == ("Storm takes the roof of the old mole", "page h2")


def test_the_name_of_the_site_stands_in_for_a_headline_where_the_page_has_no_other() -> None:
    text = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    page = (
        "<html><head><title>Harbour Post</title><meta property='og:site_name' content='Harbour Post'></head>"
        f"<body><article>{text}</article></body></html>"
    )
    assert read_page(page.encode(), "https://harbour.example/storm", None).content.headline == "Harbour Post"
