"""The sample titles: what they print, how their script runs, and how their outlet answers."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import feedparser
import pytest
from lxml import etree

from services.command.samples.content import Piece, Title, read_titles, swap
from services.command.samples.edition import edition
from services.command.samples.outlet import SampleOutlet
from services.command.samples.pictures import SCENES, draw
from services.command.samples.render import picture_url
from services.command.samples.weekdays import turn
from shared.errors import UsageError

STARTED = datetime(2024, 5, 16, 18, 30, 7, tzinfo=UTC)  # a Thursday, on which the texts are as written
CARRIERS = (
    "ledger/delta-return",
    "examiner/delta-families-go-back",
    "mercury/delta-and-our-coast",
    "ostrel/back-across-the-bridge",
)


class Clock:
    """Seconds since the outlet started, moved by hand."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0

    def __call__(self) -> float:
        return self.elapsed_s


class Page(HTMLParser):
    """The running text of a page, white space made one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._parts).split())

    def handle_data(self, data: str) -> None:
        self._parts.append(data)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outlet(clock: Clock) -> Iterator[SampleOutlet]:
    with SampleOutlet(started=STARTED, clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def titles() -> tuple[Title, ...]:
    return read_titles(STARTED.date())


def get(url: str, **headers: str) -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, dict(response.headers), response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


def feed_of(outlet: SampleOutlet, title: str) -> str:
    return next(feed.url for feed in outlet.feeds() if feed.title == title)


def piece(titles: tuple[Title, ...], address: str) -> Piece:
    slug, name = address.split("/")
    return next(piece for title in titles if title.slug == slug for piece in title.pieces if piece.slug == name)


# -- what is written


def test_there_are_enough_titles_and_articles(titles: tuple[Title, ...]) -> None:
    assert len(titles) >= 9
    assert sum(len(title.pieces) for title in titles) >= 66


def test_every_article_has_at_least_ninety_words(titles: tuple[Title, ...]) -> None:
    short = [
        piece.slug
        for title in titles
        for piece in title.pieces
        if sum(len(text.split()) for text in piece.paragraphs) < 90
    ]
    assert short == []


def test_addresses_and_headlines_are_unique(titles: tuple[Title, ...]) -> None:
    pieces = [(title.slug, piece) for title in titles for piece in title.pieces]
    assert len({(slug, piece.slug) for slug, piece in pieces}) == len(pieces)
    assert len({piece.headline for _, piece in pieces}) == len(pieces)


def test_every_picture_has_its_own_name_and_a_scene_that_can_be_drawn(titles: tuple[Title, ...]) -> None:
    pictures = [piece.picture for title in titles for piece in title.pieces if piece.picture]
    assert len({picture.name for picture in pictures}) == len(pictures)
    assert {picture.scene for picture in pictures} <= SCENES.keys()


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_drawing_is_well_formed_and_the_same_each_time(scene: str) -> None:
    assert etree.fromstring(draw("any", scene).encode()).tag.endswith("svg")
    assert draw("any", scene) == draw("any", scene)


def test_three_formats_and_three_languages_are_there(titles: tuple[Title, ...]) -> None:
    assert {title.format for title in titles} == {"rss", "atom", "rdf"}
    assert {title.language for title in titles} == {"en", "de", "es"}


@pytest.mark.parametrize("day", range(1, 8))
def test_the_titles_can_be_read_on_any_day_of_the_week(day: int) -> None:
    wire = piece(read_titles(datetime(2024, 7, day, tzinfo=UTC).date()), "meridian/flood-return")
    today = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day - 1]
    assert f"in the Merrow delta on {today} as flood water" in wire.paragraphs[0]


def test_weekdays_turn_in_every_language() -> None:
    turned = turn("Monday Dienstagabend miércoles martes sábado", datetime(2024, 5, 17, tzinfo=UTC).date())
    assert turned == "Tuesday Mittwochabend jueves miércoles domingo"


def test_words_that_a_copy_swaps_must_be_in_the_original() -> None:
    with pytest.raises(ValueError, match="No paragraph has the words 'river'"):
        swap(("The sea rose.",), (("river", "stream"),))


# -- the agency texts


def test_five_titles_carry_the_first_agency_text_under_five_headlines(titles: tuple[Title, ...]) -> None:
    carried = [piece(titles, address) for address in ("meridian/flood-return", *CARRIERS)]
    assert len({article.headline for article in carried}) == 5
    assert {article.agency for article in carried} == {"Meridian News Agency"}


def test_the_copies_differ_as_their_titles_say(titles: tuple[Title, ...]) -> None:
    wire = piece(titles, "meridian/flood-return").paragraphs
    verbatim, edited, localised, trimmed = (piece(titles, address).paragraphs for address in CARRIERS)
    assert verbatim == wire
    assert trimmed == wire[: len(trimmed)]
    assert 0.6 < len(trimmed) / len(wire) < 0.7
    assert localised[:7] + localised[9:] == wire
    assert "Calverhythe" in localised[7]
    assert len(edited) == len(wire)
    assert 3 <= sum(ours != theirs for ours, theirs in zip(edited, wire, strict=True)) <= 5


def test_three_titles_carry_the_second_agency_text(titles: tuple[Title, ...]) -> None:
    wire = piece(titles, "meridian/seagrass-survey")
    copies = [piece(titles, "gazette/meadow-under-the-sea"), piece(titles, "slowlight/off-the-edge-of-the-map")]
    assert all(copy.paragraphs == wire.paragraphs for copy in copies)
    assert len({wire.headline, *(copy.headline for copy in copies)}) == 3


# -- the feeds


def test_every_feed_is_well_formed_and_every_entry_is_read(outlet: SampleOutlet, clock: Clock) -> None:
    clock.elapsed_s = 60
    for title, feed in zip(outlet.titles, outlet.feeds(), strict=True):
        _, _, text = get(feed.url)
        etree.fromstring(text.encode())
        read = feedparser.parse(text)
        assert not read.bozo
        assert read.feed.title == title.name
        printed = edition(title, outlet.started, 60).entries
        assert [entry.title for entry in read.entries] == [entry.piece.headline for entry in printed]
        assert all(
            entry.link.startswith(f"{outlet.url}/{title.slug}/")
            and (entry.get("published_parsed") or entry.updated_parsed)
            for entry in read.entries
        )


def test_feeds_carry_the_text_except_the_one_of_summaries(outlet: SampleOutlet) -> None:
    for title, feed in zip(outlet.titles, outlet.feeds(), strict=True):
        text = get(feed.url)[2]
        assert ("<content:encoded>" in text or "<content type=" in text) == title.full_text
    assert [title.name for title in outlet.titles if not title.full_text] == ["The Dunmarrow Gazette"]


def test_an_entry_has_the_whole_text_once_and_after_its_dateline(outlet: SampleOutlet) -> None:
    for title, feed in zip(outlet.titles, outlet.feeds(), strict=True):
        entries = feedparser.parse(get(feed.url)[2]).entries if title.full_text else []
        for entry, printed in zip(entries, edition(title, outlet.started, 0).entries, strict=bool(entries)):
            words = [*printed.piece.paragraphs]
            words[0] = f"{printed.piece.dateline} – {words[0]}" if printed.piece.dateline else words[0]
            read = etree.HTML(entry.content[-1].value)
            assert [paragraph.text for paragraph in read.iter("p")] == words


def test_all_dates_lie_in_the_two_days_before_the_start(titles: tuple[Title, ...]) -> None:
    for title in titles:
        for entry in edition(title, STARTED, 0).entries:
            assert 0 < (STARTED - entry.published).total_seconds() <= 48 * 3600


def test_the_list_of_feeds_names_each_feed_in_a_folder_of_its_publication(outlet: SampleOutlet) -> None:
    body = etree.fromstring(get(f"{outlet.url}/feeds.opml")[2].encode()).find("body")
    assert body is not None
    listed = [(folder.get("text"), line.get("xmlUrl"), line.get("text")) for folder in body for line in folder]
    assert listed == [(feed.folder, feed.url, feed.title) for feed in outlet.feeds()]


# -- the pages


def test_every_article_has_a_page_with_its_text_and_its_picture(outlet: SampleOutlet, clock: Clock) -> None:
    clock.elapsed_s = 12
    for title in outlet.titles:
        for entry in edition(title, outlet.started, 12).entries:
            status, _, html = get(f"{outlet.url}/{title.slug}/{entry.piece.slug}.html")
            text = Page(html).text
            assert status == 200
            assert all(
                " ".join(paragraph.split()) in text for paragraph in (entry.piece.headline, *entry.piece.paragraphs)
            )
            assert not entry.piece.picture or f"{entry.piece.picture.caption} ({entry.piece.picture.credit})" in text


def test_every_picture_is_served(outlet: SampleOutlet) -> None:
    for title in outlet.titles:
        for article in title.pieces:
            if article.picture:
                status, headers, svg = get(picture_url(article, outlet.url))
                assert (status, headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
                assert svg.startswith("<svg")


def test_a_page_states_its_facts_as_linked_data(outlet: SampleOutlet) -> None:
    page = etree.HTML(get(f"{outlet.url}/gazette/quarry-museum-night.html")[2])
    facts = json.loads(page.findtext(".//script[@type='application/ld+json']") or "")
    assert facts["@type"] == "NewsArticle"
    assert facts["author"] == [{"@type": "Person", "name": "Idris Pell"}]
    assert facts["image"]["caption"] == "The entrance of the Corrie quarry above Dunmarrow"


def test_each_title_has_a_front_page_that_names_its_feed(outlet: SampleOutlet) -> None:
    for title, feed in zip(outlet.titles, outlet.feeds(), strict=True):
        status, _, html = get(f"{outlet.url}/{title.slug}/")
        assert status == 200
        assert f'href="{feed.url}"' in html


def test_an_unknown_address_is_not_found(outlet: SampleOutlet) -> None:
    for path in ("/nothing", "/examiner/nothing.html", "/img/nothing.svg", "/a/b/c", "/examiner/../../etc/passwd"):
        assert get(outlet.url + path)[0] == 404


# -- the script


def test_the_breaking_article_appears_after_ten_seconds(outlet: SampleOutlet, clock: Clock) -> None:
    url = feed_of(outlet, "The Port Merrow Examiner")
    before = feedparser.parse(get(url)[2]).entries
    clock.elapsed_s = 10
    after = feedparser.parse(get(url)[2]).entries
    assert len(after) == len(before) + 1
    assert after[0].title.startswith("Assembly passes harbour bill")
    assert after[0].published == "Thu, 16 May 2024 18:30:17 +0000"


def test_the_correction_changes_headline_text_and_time_and_says_so(outlet: SampleOutlet, clock: Clock) -> None:
    url = feed_of(outlet, "The Calverhythe Mercury")
    before = _entry(get(url)[2], "swing-bridge-cost")
    clock.elapsed_s = 17
    after = _entry(get(url)[2], "swing-bridge-cost")
    assert before.id == after.id
    assert (before.title, after.title) == (
        "Swing bridge repairs to cost 4.6 million crowns",
        "Swing bridge repairs to cost 46 million crowns",
    )
    assert "will cost 46 million" in after.content[0].value
    assert "Correction:" not in before.content[0].value
    assert "Correction:" in after.content[0].value
    assert before.published == after.published
    assert after.updated == "2024-05-16T18:30:24+00:00"


def test_the_kill_leaves_a_tombstone_and_no_text(outlet: SampleOutlet, clock: Clock) -> None:
    url = feed_of(outlet, "The Ellenby Ledger")
    killed = _entry(get(url)[2], "brewery-closure")
    clock.elapsed_s = 27
    text = get(url)[2]
    (stone,) = etree.fromstring(text.encode()).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert (stone.get("ref"), stone.get("when")) == (killed.id, "2024-05-16T18:30:34+00:00")
    assert killed.id not in [entry.id for entry in feedparser.parse(text).entries]
    status, _, page = get(killed.link)
    assert status == 410
    assert "240 jobs" not in page


def test_an_outlet_started_long_ago_has_its_script_behind_it() -> None:
    with SampleOutlet(started=STARTED) as old:
        assert get(f"{old.url}/ledger/brewery-closure.html")[0] == 410


def _entry(text: str, slug: str) -> feedparser.FeedParserDict:
    return next(entry for entry in feedparser.parse(text).entries if entry.link.endswith(f"/{slug}.html"))


# -- the validators


def test_an_unchanged_feed_is_answered_without_a_body(outlet: SampleOutlet) -> None:
    url = feed_of(outlet, "The Ellenby Ledger")
    _, headers, _ = get(url)
    assert get(url, If_None_Match=headers["ETag"])[0::2] == (304, "")
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0::2] == (304, "")


def test_a_changed_feed_has_new_validators_and_a_body(outlet: SampleOutlet, clock: Clock) -> None:
    url = feed_of(outlet, "The Ellenby Ledger")
    _, headers, _ = get(url)
    clock.elapsed_s = 27
    assert get(url, If_None_Match=headers["ETag"])[0] == 200
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_the_tag_decides_where_both_validators_are_sent(outlet: SampleOutlet) -> None:
    url = feed_of(outlet, "The Ellenby Ledger")
    _, headers, _ = get(url)
    assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_a_date_that_is_none_is_ignored(outlet: SampleOutlet) -> None:
    assert get(feed_of(outlet, "The Ellenby Ledger"), If_Modified_Since="yesterday")[0] == 200


def test_a_taken_port_is_said_in_one_sentence(outlet: SampleOutlet) -> None:
    port = int(outlet.url.rpartition(":")[2])
    with pytest.raises(UsageError, match=f"cannot use port {port}"), SampleOutlet(port):
        pass


def test_two_outlets_started_at_one_moment_print_the_same(clock: Clock) -> None:
    with SampleOutlet(started=STARTED, clock=clock) as one, SampleOutlet(started=STARTED, clock=clock) as other:
        for ours, theirs in zip(one.feeds(), other.feeds(), strict=True):
            assert get(ours.url)[2].replace(one.url, "") == get(theirs.url)[2].replace(other.url, "")
