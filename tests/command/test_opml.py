"""Feed lists, both ways."""

from contextlib import suppress
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.command.feeds.opml import Outline, read, write
from services.command.feeds.plain import read_list
from services.parser.formats.outlines import within
from shared.errors import UsageError
from shared.rules import Rules

TITLES = st.one_of(
    st.none(), st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), min_size=1)
)
FOLDERS = st.lists(TITLES.filter(lambda name: name and not name.endswith("\\")), max_size=3).map(
    lambda names: reduce(within, names, None)
)
FEEDS = st.lists(
    st.builds(
        Outline,
        url=st.integers(0, 99).map(lambda number: f"https://paper{number}.example/feed?a=1&b=<{number}>"),
        title=TITLES,
        site_url=st.sampled_from([None, "https://paper.example/"]),
        folder=FOLDERS,
        interval_s=st.one_of(st.none(), st.integers(1, 86_400)),
    ),
    max_size=10,
)


def opml(body: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>\n<opml version="2.0">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</opml>'.encode()
    )


def facts(feed: Outline) -> tuple[object, ...]:
    return (feed.folder or "", feed.url, feed.title or "", feed.site_url or "", feed.interval_s or 0)


@given(FEEDS)
def test_what_is_written_is_read_again(feeds: list[Outline]) -> None:
    again, wrong = read(write(feeds))
    assert wrong == []
    assert sorted(map(facts, again)) == sorted(map(facts, feeds))


def test_folders_and_intervals_travel() -> None:
    feed = Outline("https://paper.example/feed", "The Paper", "https://paper.example/", "Dailies", 600)
    (again,), _ = read(write([feed]))
    assert facts(again) == facts(feed)


def test_a_time_out_travels() -> None:
    (again,), wrong = read(write([Outline("https://paper.example/feed", timeout_s=40)]))
    assert (again.timeout_s, wrong) == (40, [])


def test_how_a_feed_is_asked_travels() -> None:
    (again, other), wrong = read(
        write([Outline("https://paper.example/feed", http2="yes"), Outline("https://b.example/")])
    )
    assert (again.http2, other.http2, wrong) == ("yes", "no", [])
    outline = '<outline xmlUrl="https://paper.example/feed" wireroomHttp2="h2"/>'
    assert read(opml(outline))[1][0].reason == "wireroomHttp2 'h2' is none of no, yes."


def test_rules_travel_each_in_an_attribute_of_its_own() -> None:
    given = Rules(
        items="//li[@class='a & b']",
        zone="UTC",
        body=".story > p",
        drop=(".ad", "./i"),
        leave_out=("any:a|b", "older:3d"),
    )
    data = write([Outline("https://paper.example/news", rules=given)])
    assert b"wireroomBody" in data
    (again,), wrong = read(data)
    assert (again.rules, wrong) == (given, [])


def test_a_rule_that_cannot_be_read_makes_its_line_wrong() -> None:
    outline = '<outline xmlUrl="https://paper.example/news" wireroomItems="article["/>'
    feeds, (wrong,) = read(opml(outline))
    assert (feeds, wrong.reason) == ([], "'article[' is no selector: expected attribute name, got None.")


def test_a_time_out_that_a_task_has_no_time_for_is_wrong() -> None:
    outline = '<outline xmlUrl="https://paper.example/feed" wireroomTimeout="41"/>'
    assert read(opml(outline))[1][0].reason == "wireroomTimeout '41' is no number of seconds from 1 to 40."


def test_a_feed_without_a_title_is_listed_by_its_address_and_has_none_again() -> None:
    data = write([Outline("https://paper.example/feed")])
    assert b'text="https://paper.example/feed"' in data
    assert read(data)[0][0].title is None


def test_a_feed_is_in_the_folder_next_to_it() -> None:
    body = """<outline text="News"><outline text="Sea"><outline text="a" xmlUrl="https://a.example/"/></outline>
        <outline text="b" xmlUrl="https://b.example/"/></outline><outline text="c" xmlUrl="https://c.example/"/>"""
    assert [(feed.title, feed.folder) for feed in read(opml(body))[0]] == [
        ("a", "News/Sea"),
        ("b", "News"),
        ("c", None),
    ]


def test_folders_lie_in_each_other_again_where_they_are_written() -> None:
    feeds = [Outline(f"https://{name}.example/", folder=folder) for name, folder in (("a", r"N/S\/E"), ("b", "N"))]
    data = write(feeds)
    assert data.count(b'text="N"') == data.count(b'text="S/E"') == 1
    assert [one.folder for one in read(data)[0]] == [r"N/S\/E", "N"]


def test_a_feed_may_hold_others() -> None:
    body = '<outline text="a" xmlUrl="https://a.example/"><outline text="b" xmlUrl="https://b.example/"/></outline>'
    assert [feed.title for feed in read(opml(body))[0]] == ["a", "b"]


@pytest.mark.parametrize("name", ["xmlurl", "xmlURL", "XMLUrl"])
def test_the_case_of_attributes_does_not_matter(name: str) -> None:
    feeds, wrong = read(opml(f'<outline TEXT="a" {name}="https://a.example/"/>'))
    assert ([feed.title for feed in feeds], wrong) == (["a"], [])


def test_each_wrong_line_is_named_with_its_reason_and_the_good_ones_are_read() -> None:
    feeds, wrong = read(
        opml(
            """<outline text="good" xmlUrl="https://good.example/feed"/>
<outline text="gopher" xmlUrl="gopher://old.example/"/>
<outline text="none"/>
<outline text="empty" xmlUrl=""/>
<outline text="port" xmlUrl="https://port.example:99999/"/>
<outline text="interval" xmlUrl="https://a.example/" wireroomInterval="often"/>
<outline text="never" xmlUrl="https://a.example/" wireroomInterval="0"/>
<outline text="fine" xmlUrl=" https://fine.example/feed#top "/>"""
        )
    )
    assert [(feed.title, feed.url) for feed in feeds] == [
        ("good", "https://good.example/feed"),
        ("fine", "https://fine.example/feed"),
    ]
    assert [line.line for line in wrong] == [6, 7, 8, 9, 10, 11]
    words = ["begin with http://", "no xmlUrl", "no web address", "range", "'often'", "'0'"]
    assert [word in line.reason for word, line in zip(words, wrong, strict=True)] == [True] * 6
    assert all(line.reason.endswith(".") for line in wrong)


def test_what_is_not_well_formed_gives_what_can_be_read_and_the_place_of_the_fault() -> None:
    feeds, wrong = read(
        opml(
            """<outline text="a" xmlUrl="https://a.example/?x=1&y=2"/>
<outline text="b" xmlUrl="https://b.example/"/>"""
        )
    )
    assert [feed.title for feed in feeds] == ["a", "b"]
    assert {line.line for line in wrong} == {5}
    assert all("not well-formed" in line.reason for line in wrong)


def test_a_list_that_was_cut_off_gives_what_is_there() -> None:
    data = opml('<outline text="a" xmlUrl="https://a.example/"/>\n<outline text="b" xmlUrl="https://b.example/"/>')
    feeds, wrong = read(data[: data.index(b"https://b")])
    assert [feed.title for feed in feeds] == ["a"]
    assert wrong


@pytest.mark.parametrize("data", [b"", b"hello", b"<html><body/></html>", b"<opml/>", b"\x00\xff\xfe", b"{}"])
def test_what_is_no_opml_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^This is no OPML: [^\n]*\.$"):
        read(data)


def test_entities_reach_no_file() -> None:
    doctype = b'<!DOCTYPE opml [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    data = opml('<outline text="&secret;" xmlUrl="https://a.example/"/>').replace(b"<opml ", doctype + b"<opml ")
    try:
        feeds, _ = read(data)
    except UsageError:
        return
    assert [feed.title for feed in feeds] in (["&secret;"], [None], [])


def test_the_settings_of_a_feed_travel_along() -> None:
    feeds = [
        Outline("https://a.example/rss", interval_s=600, floor_s=60, ceiling_s=7200, pages="never"),
        Outline("file:///drops/agency", state="paused"),
    ]
    again, wrong = read(write(feeds))
    assert wrong == []
    assert [replace(one, line=0) for one in again] == feeds


@pytest.mark.parametrize(
    "attribute",
    [
        "wireroomFloor='soon'",
        "wireroomCeiling='0'",
        "wireroomPages='all'",
        "wireroomState='gone'",
        "wireroomFloor='9' wireroomCeiling='8'",
    ],
)
def test_a_setting_that_is_none_is_a_wrong_line(attribute: str) -> None:
    lines = f"<opml><body>\n<outline text='A' xmlUrl='https://a.example/rss' {attribute}/></body></opml>"
    feeds, wrong = read(lines.encode())
    assert (feeds, [one.line for one in wrong]) == ([], [2])
    assert attribute.partition("=")[0] in wrong[0].reason


def test_wrong_lines_far_down_a_long_list_are_named_by_their_number() -> None:
    good = "".join(f"<outline xmlUrl='https://paper{at}.example/rss'/>\n" for at in range(20_000))
    feeds, wrong = read(f"<opml><body>\n{good}<outline xmlUrl='nonsense'/>\n</body></opml>".encode())
    assert (len(feeds), [one.line for one in wrong]) == (20_000, [20_002])


def test_a_title_that_xml_cannot_hold_loses_those_signs_alone() -> None:
    feeds, wrong = read(write([Outline("https://a.example/rss", "The\x01 Ferry\ufffe", folder="Ports\x0b")]))
    assert ([(one.title, one.folder) for one in feeds], wrong) == ([("The Ferry", "Ports")], [])


def test_a_list_may_be_an_address_a_line() -> None:
    feeds, wrong = read_list(
        "\ufeff# wires\r\n\r\nhttps://a.example/rss\r\nfeed:https://b.example/rss\r\nnews.example.co.uk/rss\r\nno\r\n".encode()
    )
    assert [(feed.url, feed.line) for feed in feeds] == [
        ("https://a.example/rss", 3), ("https://b.example/rss", 4), ("https://news.example.co.uk/rss", 5),
    ]  # fmt: skip
    assert [(one.line, "'no' is no web address" in one.reason) for one in wrong] == [(6, True)]


def test_a_list_may_be_a_table_with_a_header() -> None:
    table = """Feed URL;Title;Folder;Publication;Interval (s);Pages;Notes
https://a.example/rss;"The ""A""; daily";Wires/Ports;The A;600;never;ours
https://b.example/rss;;;;;;
;Nameless;;;;;
https://c.example/rss;;;;soon;;
"""
    feeds, wrong = read_list(table.encode())
    assert feeds == [
        Outline("https://a.example/rss", 'The "A"; daily', None, "Wires/Ports", 600, 2, "The A", pages="never"),
        Outline("https://b.example/rss", line=3),
    ]
    assert [(one.line, one.reason.split(" ")[0]) for one in wrong] == [(4, "It"), (5, "wireroomInterval")]


@pytest.mark.parametrize("data", [b"", b"nothing\nhere\n", b"\x00\x01\xff", b"title,folder\na,b\n"])
def test_what_is_no_list_is_told(data: bytes) -> None:
    with pytest.raises(UsageError, match=r" is no (OPML|list of feeds): [^\n]*\.$"):
        read_list(data)


def test_a_table_that_breaks_off_gives_what_came_before() -> None:
    feeds, wrong = read_list(b'url,title\nhttps://a.example/rss,A\nhttps://b.example/,"never closed' + b"x" * 200_000)
    assert [feed.url for feed in feeds] == ["https://a.example/rss"]
    assert [one.line for one in wrong] == [3]


@given(st.text())
def test_any_text_is_a_list_or_none(text: str) -> None:
    with suppress(UsageError):
        read_list(text.encode("utf-8", "replace"))


def theirs(attributes: str) -> bytes:
    return (
        '<opml xmlns:frss="https://freshrss.org/opml"><body><outline text="A" type="rss" '
        f'xmlUrl="https://a.example/rss" {attributes}/></body></opml>'
    ).encode()


def test_what_another_program_says_of_a_feed_is_taken_over_and_the_rest_is_named() -> None:
    data = theirs('frss:ttl="-1800" frss:priority="main" frss:cssFullContent="main" frss:CURLOPT_USERAGENT="x"')
    (feed,), wrong = read(data)
    assert (feed.interval_s, feed.state, feed.left_out, wrong) == (1800, "paused", ("frss:curlopt_useragent",), [])
    assert feed.rules is not None
    assert feed.rules.body == "main"
    (feed,), _ = read(theirs('frss:ttl="1800" wireroomInterval="600"'))
    assert (feed.interval_s, feed.state) == (600, "active")


def test_a_page_that_another_program_reads_by_xpath_brings_its_rules() -> None:
    said = (
        """frss:xPathItem="//article" frss:xPathItemTitle="descendant::h2" frss:xPathItemUri="descendant::a/@href" """
    )
    (feed,), wrong = read(theirs(said).replace(b'type="rss"', b'type="HTML+XPath"'))
    assert wrong == []
    assert feed.rules is not None
    assert (feed.rules.items, feed.rules.headline) == ("//article", "./descendant::h2")


def test_what_is_no_feed_but_something_of_another_program_is_a_wrong_line() -> None:
    feeds, (wrong,) = read(theirs('frss:jsonItem="data"').replace(b'type="rss"', b'type="JSON+DotNotation"'))
    assert (feeds, "rules of ours" in wrong.reason) == ([], True)


def test_filters_that_mark_as_read_are_no_patterns_and_named() -> None:
    (feed,), _ = read(theirs('frss:filtersActionRead="intitle:ads&#10;sponsored"'))
    assert (feed.rules, feed.left_out) == (None, ("frss:filtersactionread",))


def of_miniflux(attributes: str) -> Outline:
    data = f"""<opml xmlns:miniflux="https://miniflux.app/opml"><body><outline text="Wires">
        <outline text="A" type="rss" xmlUrl="https://a.example/rss" {attributes}/></outline></body></opml>"""
    (feed,), wrong = read(data.encode())
    assert wrong == []
    return feed


def test_what_miniflux_says_of_a_feed_is_taken_over_and_the_rest_is_named() -> None:
    feed = of_miniflux(
        '''miniflux:disabled="true" miniflux:crawler="true" miniflux:scraperRules="div.story, #text"
        miniflux:hideGlobally="true" miniflux:userAgent="x" miniflux:rewriteRules="add_image_title"'''
    )
    assert (feed.state, feed.pages, feed.left_out) == (
        "paused", "always", ("miniflux:rewriterules", "miniflux:useragent"),
    )  # fmt: skip
    assert feed.rules == Rules(body="div.story, #text")
    assert of_miniflux('miniflux:scraperRules="div["').left_out == ("miniflux:scraperrules",)
    assert of_miniflux('miniflux:disabled="true" wireroomState="active"').state == "active"


def test_filters_of_miniflux_become_patterns() -> None:
    feed = of_miniflux(
        '''miniflux:blocklistRules="Sport|^Live:" miniflux:blockFilterEntryRules="EntryTitle=(?i)horoscope&#10;
        no rule at all&#10;EntryURL = /ads/ &#10;EntryDate=max-age:30d&#10;EntryDate=before:2024-01-31"
        miniflux:keepFilterEntryRules="EntryTag=^Ports$&#10;EntryAuthor=Ana" miniflux:keeplistRules="not counted"'''
    )
    lists = [f"{field}:(?-i:Sport|^Live:)" for field in ("link", "headline", "byline", "keyword")]
    assert feed.rules is not None
    assert list(feed.rules.leave_out) == [
        "headline:horoscope", "link:(?-i:/ads/)", "older:30d", "before:2024-01-31", *lists,
    ]  # fmt: skip
    assert feed.rules.keep == ("keyword:(?-i:^Ports$)", "byline:(?-i:Ana)")
    assert feed.left_out == ()
    kept = of_miniflux('miniflux:keeplistRules="ferry" miniflux:keepFilterEntryRules="nothing"').rules
    assert kept is not None
    assert len(kept.keep) == 4


@pytest.mark.parametrize(
    ("attributes", "taken", "left_out"),
    [
        ('miniflux:blockFilterEntryRules="EntryContent=ads&#10;EntryTitle=a"', ["headline:(?-i:a)"], "blockfilter"),
        ('miniflux:blockFilterEntryRules="EntryTitle=((&#10;EntryDate=after:2024-01-31"', [], "blockfilter"),
        ('miniflux:blocklistRules="(?&lt;=x)y"', [], "blocklist"),
        ('miniflux:blocklistRules="two&#10;lines"', [], "blocklist"),
        ('miniflux:blocklistRules="two&#x2028;lines"', [], "blocklist"),
        (f'miniflux:blocklistRules="{"long" * 200}"', [], "blocklist"),
        (f'miniflux:blockFilterEntryRules="{"EntryTitle=a&#10;" * 51}"', [], "blockfilter"),
        ('miniflux:keepFilterEntryRules="EntryDate=future&#10;EntryTitle=a"', [], "keepfilter"),
        ('miniflux:keeplistRules="(("', [], "keeplist"),
        ('miniflux:keeplistRules="a)|(b"', [], "keeplist"),
        ('miniflux:blockFilterEntryRules="EntryDate=before:2024-13-31&#10;EntryTitle="', [], "blockfilter"),
    ],
    ids=[
        "one of two",
        "none",
        "lookbehind",
        "two lines",
        "other lines",
        "long",
        "many",
        "keeps by the future",
        "no pattern",
        "brackets",
        "no day",
    ],
)
def test_filters_that_say_something_else_here_are_named(attributes: str, taken: list[str], left_out: str) -> None:
    feed = of_miniflux(attributes)
    assert (list(feed.rules.leave_out) if feed.rules else [], feed.rules.keep if feed.rules else ()) == (taken, ())
    (name,) = feed.left_out
    assert name.startswith(f"miniflux:{left_out}")
