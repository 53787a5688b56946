"""What belongs to a page's text, what to its frame, and what the page says of the article where it says it in words."""

import json

from lxml.html import fromstring

from services.parser.fields.furniture import names_writer
from services.parser.formats.pages.article import read_page
from services.parser.formats.pages.lines import Shown, judge, line_of
from shared.schema import Content

URL = "https://www.harbour-post.example/coast/2025/mole"
TITLE = "Mole at the harbour's mouth to be raised by a metre"
STANDFIRST = "The council votes for stone rather than steel, and for two years of work."
PARAGRAPHS = [
    "The mole that shelters the harbour will be raised by a metre, the council decided on Monday night after a debate "
    "that lasted until the last ferry had left.",
    "Work begins in spring and takes two years, during which the eastern pier stays closed to everybody but the "
    "fishing fleet and the rescue boats.",
    "The engineers had proposed a wall of steel, which would have been cheaper, but which the islanders feared would "
    "throw the waves back at the lower market.",
    "Stone for the new crown comes from the quarry at Merrow Head, which closed in 1987 and opens again for this one "
    "order of forty thousand tonnes.",
]


def page(body: str, head: str = "", top: str = "", said: dict[str, object] | None = None) -> Content:
    facts = {"@type": "NewsArticle", "headline": TITLE, **(said or {})}
    document = f"""<!doctype html><html lang="en"><head><title>{TITLE} - Harbour Post</title>
      <meta property="og:site_name" content="Harbour Post">{head}
      <script type="application/ld+json">{json.dumps(facts)}</script></head><body>
      <nav><a href="/">Home</a></nav><main><article><header>{top}<h1>{TITLE}</h1></header>
      <div class="text">{body}</div></article></main></body></html>"""
    return read_page(document.encode(), URL, None).content


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def lines(content: Content) -> list[str]:
    return (content.body_text or "").split("\n\n")


def test_the_headline_is_no_line_of_the_text() -> None:
    assert lines(page(f"<h2>Harbour: {TITLE}</h2>" + paragraphs(*PARAGRAPHS))) == PARAGRAPHS


def test_a_standfirst_that_the_page_shows_opens_the_text() -> None:
    shown = f'<div class="standfirst">{STANDFIRST}</div>' + paragraphs(*PARAGRAPHS)
    assert lines(page(shown)) == [STANDFIRST, *PARAGRAPHS]


def test_a_description_that_the_page_does_not_show_is_a_summary_only() -> None:
    content = page(paragraphs(*PARAGRAPHS), head=f'<meta name="description" content="{STANDFIRST}">')
    assert content.summary == STANDFIRST
    assert lines(content) == PARAGRAPHS


def test_offers_and_ways_elsewhere_between_paragraphs_are_left_out() -> None:
    between = [
        "<p>Read more: What the new tide tables mean</p>",
        '<p><a href="/x">The lighthouse keeper who writes to every ship</a></p>',
        "<p>Sign up for our newsletter to get the harbour in your inbox.</p>",
        "<p>Advertisement</p>",
    ]
    mixed = "".join(f"<p>{text}</p>{other}" for text, other in zip(PARAGRAPHS, between, strict=True))
    assert lines(page(mixed)) == PARAGRAPHS


def test_a_paragraph_about_newsletters_is_text() -> None:
    text = "The letter to the editor, which 412 subscribers signed, asks for a newsletter on the works every month."
    assert lines(page(paragraphs(*PARAGRAPHS, text))) == [*PARAGRAPHS, text]


def test_what_follows_a_box_of_other_stories_is_left_out() -> None:
    box = "<h3>Most read</h3><p>Ferries stay in port for a third day, and the market closes early.</p>"
    assert lines(page(paragraphs(*PARAGRAPHS) + box)) == PARAGRAPHS


def test_headings_lists_and_quotations_stay() -> None:
    inside = "<h2>What it costs</h2><ul><li>Stone: four million.</li><li>Labour: two million.</li></ul>"
    quoted = "<blockquote><p>We will see it from the kitchen window.</p></blockquote>"
    got = lines(
        page(paragraphs(*PARAGRAPHS[:2]) + inside + paragraphs(*PARAGRAPHS[2:3]) + quoted + paragraphs(PARAGRAPHS[3]))
    )
    assert got == [
        *PARAGRAPHS[:2], "What it costs", "Stone: four million.", "Labour: two million.", PARAGRAPHS[2],
        "We will see it from the kitchen window.", PARAGRAPHS[3],
    ]  # fmt: skip


def test_the_publishers_own_copy_of_the_text_tells_a_note_from_a_paragraph() -> None:
    note = "The writer has lived on the mole since 1999."
    said: dict[str, object] = {"articleBody": "\n".join(PARAGRAPHS)}
    assert lines(page(paragraphs(*PARAGRAPHS[:3], note, PARAGRAPHS[3]), said=said)) == PARAGRAPHS


def test_a_visible_byline_counts_where_the_metadata_names_only_the_site() -> None:
    content = page(
        paragraphs(*PARAGRAPHS),
        top='<p class="article-byline">By Ada Lindqvist and Joris Amsel</p>',
        said={"author": {"@type": "Person", "name": "Harbour Post"}},
    )
    assert [author.name for author in content.authors] == ["Ada Lindqvist", "Joris Amsel"]
    assert content.byline == "By Ada Lindqvist and Joris Amsel"


def test_an_agency_is_the_byline_and_the_credit_and_no_author() -> None:
    content = page(paragraphs(*PARAGRAPHS), said={"author": {"@type": "Organization", "name": "Reuters"}})
    assert (content.authors, content.byline, content.credit) == ((), "Reuters", "Reuters")


def test_the_authors_of_other_articles_are_not_this_ones() -> None:
    others = '<section class="related-articles"><span class="author-name">Mira Solberg</span></section>'
    assert page(paragraphs(*PARAGRAPHS) + others).authors == ()


def test_the_section_is_stated_or_the_breadcrumbs_or_the_paths() -> None:
    text = paragraphs(*PARAGRAPHS)
    crumbs = '<div class="breadcrumbs"><a href="/">Home</a><a href="/coast">Coast and islands</a></div>'
    assert page(text, top=crumbs, said={"articleSection": "Harbour"}).section == "Harbour"
    assert page(text, top=crumbs).section == "Coast and islands"
    assert page(text).section == "Coast"


def test_a_credit_is_no_part_of_a_caption() -> None:
    figures = [
        "The quarry in 1987 (AP)",
        "The quarry today. Photo: Ines Falk",
        "The crown of the mole © Harbour Press",
    ]
    shown = "".join(
        f'<figure><img src="/pictures/quarry-{at}1987.jpg"><figcaption>{line}</figcaption></figure>'
        for at, line in enumerate(figures)
    )
    content = page(paragraphs(*PARAGRAPHS[:2]) + shown + paragraphs(*PARAGRAPHS[2:]))
    assert [(image.caption, image.credit) for image in content.images] == [
        ("The quarry in 1987", "AP"),
        ("The quarry today", "Ines Falk"),
        ("The crown of the mole", "Harbour Press"),
    ]
    assert lines(content) == PARAGRAPHS


def bare(document: str) -> Content:
    return read_page(document.encode(), URL, None).content


def test_a_short_headline_is_no_line_of_the_text() -> None:
    content = bare(f"<html><body><article><h1>Mole up</h1>{paragraphs(*PARAGRAPHS[:2])}</article></body></html>")
    assert (content.headline, lines(content)) == ("Mole up", PARAGRAPHS[:2])


def test_a_brief_in_chinese_is_told_from_what_stands_around_it() -> None:
    text = [
        "港务委员会星期二晚间投票决定关闭旧渡轮码头，此前工程师在十一根木桩上发现了裂缝。",
        "该决定以九票对四票获得通过，渡轮至少要到明年春天之前都将从货运码头出发。",
        "维修费用预计为三百二十万克朗，委员会希望地区政府承担其中一半。",
    ]
    frame = "<nav><a href='/'>首页</a><a href='/w'>天气</a></nav>"
    content = bare(
        f"<html lang='zh'><body>{frame}<main><h1>旧渡轮码头因裂缝关闭</h1>{paragraphs(*text)}</main></body></html>"
    )
    assert lines(content) == text


def test_the_headings_of_a_live_report_stay_with_their_posts() -> None:
    posts = [
        f"<article class='post'><time>20:{at}</time><h2>Post {at}</h2><p>{one}</p></article>"
        for at, one in enumerate(PARAGRAPHS, start=10)
    ]
    content = bare(f"<html><body><main><h1>The council votes: live</h1>{''.join(posts)}</main></body></html>")
    expected = [line for at, one in enumerate(PARAGRAPHS, start=10) for line in (f"Post {at}", one)]
    assert lines(content)[-7:] == expected[-7:]


def test_what_a_wall_asks_for_is_no_text() -> None:
    wall = (
        "<div class='paywall-offer'><h3>Two months for one crown</h3><p>The harbour is yours.</p></div>"
        "<p>Subscribe now to get unlimited access to all articles.</p><p>Already a subscriber? Log in</p>"
    )
    assert lines(page(paragraphs(*PARAGRAPHS) + wall)) == PARAGRAPHS


def test_the_headline_is_what_the_title_element_and_the_page_both_show() -> None:
    document = (
        f"<html><head><title>Harbour Diary: {TITLE}</title></head><body><h1><a href='/'>Harbour Diary</a></h1>"
        f"<div><h3>{TITLE}</h3>{paragraphs(*PARAGRAPHS)}</div></body></html>"
    )
    content = bare(document)
    assert (content.headline, content.provenance["headline"]) == (TITLE, "page h3")


def test_a_wall_in_the_texts_own_flow_is_cut_with_its_offers() -> None:
    wall = "<p>Sign up to read this article</p><p>Stories from a hundred titles, curated for you.</p><p>One app.</p>"
    assert lines(page(paragraphs(*PARAGRAPHS[:3]) + wall + paragraphs(PARAGRAPHS[3]))) == PARAGRAPHS


def test_a_caption_in_an_element_of_no_meaning_is_no_text() -> None:
    caption = "<span>The mole at dusk (Ada Byron)</span>"
    picture = f"<div><div><img data-src='/mole.jpg' src='data:image/gif;base64,R0'></div>{caption}</div>"
    text = "".join(f"<div>{one}</div>" for one in PARAGRAPHS[:2]) + picture
    text += "".join(f"<div>{one}</div>" for one in PARAGRAPHS[2:])
    content = bare(f"<html><body><main><section><h1>{TITLE}</h1>{text}</section></main></body></html>")
    assert lines(content) == PARAGRAPHS
    assert [image.url for image in content.images] == ["https://www.harbour-post.example/mole.jpg"]


def test_a_sentence_that_opens_like_a_byline_stays_in_the_text() -> None:
    opening = "By March 1987, Merrow Head had sold its last stone. Nobody thought that the quarry would open again."
    assert lines(page(paragraphs(opening, *PARAGRAPHS))) == [opening, *PARAGRAPHS]


def test_a_byline_in_capitals_that_goes_on_costs_no_more_than_another() -> None:
    assert not names_writer("By " + "ADALINDQVIST" * 8 + " who keeps a boat")
    assert names_writer("By " + "ADALINDQVIST" * 8)


def test_the_order_of_a_pages_headlines_decides_nothing() -> None:
    short, long = "moleisraisedbyametre", "moleisraisedbyametreatlast"
    for headlines in ((short, long), (long, short)):
        line = line_of(fromstring("<p>It is as they said: “Mole is raised by a metre at last.”</p>"))
        judge([line], Shown(headlines))
        assert not line.kept


def test_a_page_laid_out_by_tables_and_line_breaks_is_read_as_any_other() -> None:
    document = f"""<html><head><title>Harbour Post: {TITLE}</title></head><body>
      <table width="100%"><tr><td><a href="/">Home</a> | <a href="/news">News</a></td></tr></table>
      <table><tr><td width="150"><a href="/1">Weather</a><br><a href="/2">Tides</a><br><a href="/3">Letters</a></td>
      <td><font size="5"><b>{TITLE}</b></font><br><font size="2">By Ada Byron<br>January 6, 2026</font><br><br>
      {"<br><br>".join(PARAGRAPHS)}</td>
      <td><b>More news</b><br><a href="/x">The ferries sail again</a></td></tr></table></body></html>"""
    content = read_page(document.encode(), URL, None).content
    assert lines(content) == PARAGRAPHS
    assert (content.headline, content.byline) == (TITLE, "By Ada Byron")


def test_a_table_of_values_stays_a_table() -> None:
    table = "<table><tr><th>Year</th><th>Tonnes</th></tr><tr><td>2024</td><td>40,000</td></tr></table>"
    html = page(paragraphs(*PARAGRAPHS[:3]) + table + paragraphs(PARAGRAPHS[3])).body_html or ""
    assert "<td>40,000</td>" in html.replace("<td>\n", "<td>")


def test_links_above_the_first_sentence_lead_elsewhere() -> None:
    trail = '<ul><li><a href="/">Home</a></li><li><a href="/coast">Coast</a></li></ul>'
    assert lines(page(trail + paragraphs(*PARAGRAPHS))) == PARAGRAPHS


def test_a_quote_that_is_pulled_out_of_a_paragraph_stands_there_once() -> None:
    said = "“We have waited for this through four winters,” said Ines Falk, who keeps the light at the end of the mole."
    pulled = "<blockquote class='pull'><p>We have waited for this through four winters</p></blockquote>"
    own = "<blockquote><p>The sea does not wait for anyone, and nor do we.</p></blockquote>"
    text = "".join(f"<p>The {name} ferry sailed on time through all of the storm, as it had been asked to do.</p>"
                   for name in ("northern", "eastern", "southern"))  # fmt: skip
    page = (
        f"<html><title>Mole</title><body><article><h1>Mole</h1>{text}{pulled}<p>{said}</p>{own}</article></body></html>"
    )
    body = read_page(page.encode("utf-16"), "https://harbour.example/mole", None).content.body_text or ""
    assert body.count("four winters") == 1
    assert "does not wait for anyone" in body
