"""The pages: what people see, that nothing of a publisher's runs, and that none needs JavaScript."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from lxml import html

HOUR = timedelta(hours=1)
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


def words(answer) -> str:
    """Return what stands on the page, blocks apart."""
    apart = re.sub(r"(</(?:p|h\d|li|td|th)>)", r"\1 ", answer.text)
    return " ".join(html.fromstring(apart).find("body").text_content().split())


def test_an_empty_store_says_that_nothing_has_arrived_yet(reader) -> None:
    assert "Nothing has arrived yet" in words(reader.get("/"))
    assert "There are no feeds yet" in words(reader.get("/feeds"))


def test_the_front_page_shows_a_story_once_with_its_other_titles(reader, desk) -> None:
    story = desk.story()
    desk.article(desk.title("The Tern"), story, headline="Terns return", section="Nature", summary="They are back.")
    for name in ("The Gull", "The Skua"):
        desk.article(desk.title(name), story, headline=f"{name} says so", copy_role="copy")
    page = reader.get("/")
    assert "Nature Terns return They are back. The Tern 1 March 2026, 12:00 UTC also in 2 titles" in words(page)
    assert "says so" not in page.text
    assert f'href="/stories/{story}"' in page.text


def test_a_narrowed_front_page_shows_the_version_that_was_chosen(reader, desk) -> None:
    story, gull = desk.story(), desk.title("The Gull")
    desk.article(desk.title("The Tern"), story, headline="Original")
    desk.article(gull, story, headline="Own words", copy_role="copy", section="Sport & leisure")
    desk.article(desk.title("The Skua"), headline="Another story")
    for page in (reader.get(f"/?publication={gull}&section="), reader.get("/?section=Sport+%26+leisure")):
        assert "Own words" in words(page)
        assert "Another story" not in words(page)
    assert html.fromstring(reader.get(f"/?publication={gull}").text).xpath("string(//h1)") == "The Gull"


def test_older_stories_are_one_link_away(reader, desk) -> None:
    title = desk.title()
    for n in range(31):
        desk.article(title, at=desk.noon + n * HOUR, headline=f"Story {n:02}")
    first = html.fromstring(reader.get("/").text)
    (older,) = first.xpath("//a[.='Older stories']/@href")
    second = reader.get(older)
    assert len(first.xpath("//ol/li")) == 30
    assert "Story 00" in words(second)
    assert "Older stories" not in words(second)


def test_an_article_page_holds_all_that_belongs_to_it(reader, desk) -> None:
    picture = {"url": "https://tern.example/1.jpg", "caption": "A tern", "credit": "REUTERS", "alt": "White bird"}
    story = desk.story()
    article = desk.article(
        desk.title("The Tern", attribution="Courtesy of The Tern"),
        story,
        headline="Terns return",
        section="Nature",
        byline="By Ana Low",
        body_html="<p>They are <em>back</em>.</p>",
        images=[picture],
        updated_at=desk.noon + HOUR,
        url="https://tern.example/a",
        copyright_notice="© The Tern",
    )
    desk.article(desk.title("The Gull"), story, headline="Birds are back", copy_role="trim", similarity=0.914)
    page = reader.get(f"/articles/{article}")
    text = words(page)
    for part in (
        "The Tern · Nature Terns return By Ana Low",
        "Published 1 March 2026, 12:00 UTC Updated 1 March 2026, 13:00 UTC",
        "A tern (REUTERS)",
        "They are back.",
        "Courtesy of The Tern",
        "© The Tern",
        "Also in The Gull Birds are back Shortened, 91 % alike",
    ):
        assert part in text
    assert '<a class="source" href="https://tern.example/a"' in page.text
    assert "<em>back</em>" in page.text
    assert html.fromstring(page.text).xpath("//figure//img/@alt") == ["White bird"]


def test_a_picture_that_stands_in_the_body_is_shown_once(reader, desk) -> None:
    url = "https://tern.example/1.jpg?a=1&b=2"
    body = f'<p>Terns.</p><img src="{url.replace("&", "&amp;")}">'
    article = desk.article(desk.title(), body_html=body, images=[{"url": url}])
    assert len(html.fromstring(reader.get(f"/articles/{article}").text).xpath("//img")) == 1


def test_text_without_markup_is_shown_by_the_paragraph(reader, desk) -> None:
    article = desk.article(desk.title(), body_text="One <b>.\n\nTwo.")
    page = html.fromstring(reader.get(f"/articles/{article}").text)
    assert [one.text for one in page.xpath("//div[@class='body']/p")] == ["One <b>.", "Two."]


def test_an_article_without_text_sends_people_to_its_publisher(reader, desk) -> None:
    article = desk.article(
        desk.title("The Tern", terms="headline"), summary="S", body_text="B", url="https://t.example/"
    )
    text = words(reader.get(f"/articles/{article}"))
    assert "The full text is not available here. Read it at The Tern" in text


def test_a_changed_article_says_what_changed_and_leads_to_its_versions(reader, desk) -> None:
    article = desk.article(desk.title(), revision=2)
    desk.revision(article, 1, headline="Terns leave", body_text="First.")
    desk.revision(article, 2, "headline", "text", headline="Terns return")
    page = reader.get(f"/articles/{article}")
    assert "Last change 1 March 2026, 12:00 UTC: headline and text. See all 2 versions" in words(page)
    versions = words(reader.get(f"/articles/{article}/revisions"))
    assert versions.index("Version 2") < versions.index("Version 1") < versions.index("Terns leave")


def test_a_correction_is_called_one(reader, desk) -> None:
    article = desk.article(desk.title(), revision=2)
    desk.revision(article, 1)
    desk.revision(article, 2, "correction")
    assert "Corrected since it first appeared." in words(reader.get(f"/articles/{article}"))


@pytest.mark.parametrize("path", ["/articles/{}", "/articles/{}/revisions"])
def test_a_withdrawn_article_says_so_and_nothing_else(reader, desk, path: str) -> None:
    article = desk.article(desk.title("The Tern"), status="cancelled", headline="SECRET", status_reason="SECRET")
    answer = reader.get(path.format(article))
    assert answer.status_code == 410
    assert "This article was withdrawn" in words(answer)
    assert "SECRET" not in answer.text


def test_a_story_page_shows_every_version(reader, desk) -> None:
    story = desk.story()
    desk.article(desk.title("The Tern"), story, headline="Terns return", credit="PA")
    desk.article(desk.title("The Gull"), story, headline="Back!", copy_role="localised", similarity=0.88)
    text = words(reader.get(f"/stories/{story}"))
    assert "One text in 2 titles" in text
    assert "The Tern · Original Terns return" in text
    assert "The Gull · Localised, 88 % alike Back!" in text


def test_feeds_are_shown_worst_first_with_their_errors(reader, desk) -> None:
    title = desk.title()
    late = desk.now - timedelta(hours=1)
    desk.feed(title, "https://a.example/", title="Good", last_polled_at=desk.noon)
    desk.feed(title, "https://ana:secret@b.example/", title="Bad", failures=3, error="The name cannot be found.")
    desk.feed(title, "https://c.example/", title="Slow", due_at=late, ready_at=late)
    desk.feed(None, "https://d.example/", title="Fresh")
    desk.feed(title, "https://e.example/", title="Killer", state="parked", state_reason="It stopped 3 workers.")
    page = reader.get("/feeds")
    text = words(page)
    places = [text.index(name) for name in ("Killer", "Bad", "Slow", "Fresh", "Good")]
    assert places == sorted(places)
    assert "The name cannot be found. (3 times in a row)" in text
    assert "It stopped 3 workers." in text
    assert "secret" not in page.text
    only = words(reader.get("/feeds?health=failing"))
    assert "Bad" in only
    assert "Killer" not in only


def test_a_feed_that_is_gone_says_so_once(reader, desk) -> None:
    said = {
        "state_reason": "The server answered 410 Gone: it will not come back.",
        "error": "The server answered 410 Gone.",
    }
    desk.feed(desk.title(), "https://a.example/", title="Over", state="gone", **said)
    assert words(reader.get("/feeds")).count("410 Gone") == 1


def hostile_pages(desk) -> list[str]:
    evil = {"url": "javascript:alert(1)"}
    story = desk.story()
    article = desk.article(
        desk.title(HOSTILE, attribution=HOSTILE),
        story,
        **dict.fromkeys(("headline", "subheadline", "summary", "byline", "section", "credit", "language"), HOSTILE),
        **dict.fromkeys(("direction", "copyright_notice", "usage_terms"), HOSTILE),
        url="javascript:alert(1)",
        canonical_url="javascript:alert(1)",
        authors=[{"name": HOSTILE, **evil}],
        images=[evil, {"url": "https://x.example/", "caption": HOSTILE, "alt": HOSTILE, "credit": HOSTILE}],
        media=[{"title": HOSTILE, **evil}],
        revision=2,
    )
    desk.revision(article, 1, headline=HOSTILE, body_text=HOSTILE)
    desk.revision(article, 2, HOSTILE, headline=HOSTILE, body_text=HOSTILE)
    desk.article(desk.title("Other"), story, headline=HOSTILE, copy_role="copy")
    desk.feed(1, url="javascript:alert(1)", title=HOSTILE, error=HOSTILE, failures=1)
    return ["/", f"/articles/{article}", f"/articles/{article}/revisions", f"/stories/{story}", "/feeds"]


def test_hostile_words_stay_words(reader, desk) -> None:
    for path in hostile_pages(desk):
        answer = reader.get(path)
        assert answer.status_code == 200
        page = html.fromstring(answer.text)
        assert page.xpath("//script | //*[@onerror]") == []
        assert [one for one in page.xpath("//@href | //@src") if one.startswith("javascript")] == []
        assert HOSTILE in html.fromstring(answer.text).text_content()


def test_every_page_keeps_the_browser_from_running_anything(reader, desk) -> None:
    for path in [*hostile_pages(desk), "/nothing", "/v1/docs", "/v1/articles", "/static/style.css", "/healthz"]:
        policy = reader.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy


def test_no_page_loads_anything_from_elsewhere_but_pictures(reader, desk) -> None:
    for path in [*hostile_pages(desk), "/v1/docs"]:
        page = html.fromstring(reader.get(path).text)
        assert all(one.startswith("/") for one in page.xpath("//link[@rel!='canonical']/@href | //script/@src"))
        assert page.xpath("//*[@style] | //style") == []


def test_every_page_can_be_read_aloud(reader, desk) -> None:
    for path in [*hostile_pages(desk), "/v1/docs", "/nothing"]:
        text = reader.get(path).text
        page = html.fromstring(text)
        assert text.startswith("<!DOCTYPE html>")
        assert page.get("lang") == "en"
        assert len(page.xpath("//h1")) == 1
        assert len(page.xpath("//main")) == 1
        assert page.xpath("//img[not(@alt)]") == []
        nameless = "not(normalize-space()) and not(@aria-label) and not(@aria-hidden) and not(.//img[@alt != ''])"
        assert page.xpath(f"//a[{nameless}]") == []
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4 | //h5 | //h6")]
        assert all(below - above <= 1 for above, below in pairwise(levels))
        assert page.xpath("//title")[0].text
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert not re.search(r"\b(None|Undefined)\b", words(reader.get(path)).replace("None of", ""))


def test_an_article_is_marked_up_in_its_own_language(reader, desk) -> None:
    article = desk.article(desk.title(), language="ar", direction="rtl")
    assert reader.get(f"/articles/{article}").text.count('lang="ar" dir="rtl"') == 1


@pytest.mark.parametrize("path", ["/", "/v1/articles", "/healthz", "/static/style.css"])
def test_headers_alone_can_be_asked_for(reader, path: str) -> None:
    answer = reader.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == reader.get(path).headers["Content-Length"]
