"""Dates as publishers write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.fields.dates import parse_date
from services.parser.fields.months import _NAMES


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 06 Sep 2010 09:00:00 +0900", "2010-09-06T00:00:00+00:00"),
        ("06 Sep 10 00:00 UT", "2010-09-06T00:00:00+00:00"),
        ("Mon, 6 Sep 2010 00:00:00 EST", "2010-09-06T05:00:00+00:00"),
        ("Wed, 01 Jan 2025 12:00:00 GMT+0200", "2025-01-01T10:00:00+00:00"),
        ("2025-01-06T09:00:00Z", "2025-01-06T09:00:00+00:00"),
        ("2025-01-06T09:00:00.123456789-05:30", "2025-01-06T14:30:00.123456+00:00"),
        ("2025-01-06 09:00:00 +0100", "2025-01-06T08:00:00+00:00"),
        ("2025-01-06T09:00Z", "2025-01-06T09:00:00+00:00"),
        ("20250106T090000Z", "2025-01-06T09:00:00+00:00"),
        ("Mon Jan  6 09:00:00 UTC 2025", "2025-01-06T09:00:00+00:00"),
        ("Mon Jan 6 09:00:00 2025 +0100", "2025-01-06T08:00:00+00:00"),
        ("Mon Jan 6 09:00:00 2025 EST", "2025-01-06T14:00:00+00:00"),
        ("Mon, Jan 06,2025 09:00:00 GMT", "2025-01-06T09:00:00+00:00"),
        ("Mon, 6 Jan 2025 9:5:7 GMT", "2025-01-06T09:05:07+00:00"),
        ("Mon, 6 Jan 2025 09.05.07 GMT", "2025-01-06T09:05:07+00:00"),
        ("2025-01-06T9:05:7+01:00", "2025-01-06T08:05:07+00:00"),
        ("2025-január-06T9:05+01:00", "2025-01-06T08:05:00+00:00"),
        ("Κυρ, 06 Ιούλ 2025 12:00:00 +0300", "2025-07-06T09:00:00+00:00"),
        ("January 6, 2025 9:00 PM EST", "2025-01-07T02:00:00+00:00"),
        ("6. Januar 2025 09:00 MEZ", "2025-01-06T08:00:00+00:00"),
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T22:42:40+00:00"),
        ("월, 06 1월 2025 09:00:00 +0900", "2025-01-06T00:00:00+00:00"),
        ("月, 06 10月 2025 09:00:00 +0900", "2025-10-06T00:00:00+00:00"),
        ("星期一, 06 十一月 2025 09:00:00 +0800", "2025-11-06T01:00:00+00:00"),
        ("út, 06 úno 2025 10:00:00 +0100", "2025-02-06T09:00:00+00:00"),
        ("пон, 06 јан 2025 10:00:00 +0100", "2025-01-06T09:00:00+00:00"),
        ("E, 06 jaan 2025 10:00:00 +0200", "2025-01-06T08:00:00+00:00"),
        ("सोम, 06 जन 2025 10:00:00 +0530", "2025-01-06T04:30:00+00:00"),
        ("31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59+00:00"),
        ("Mon, 01 Jan 2025 12:00:00 GMT", "2025-01-01T12:00:00+00:00"),
        ("segunda-feira, 6 de janeiro de 2025 às 9:00 -0300", "2025-01-06T12:00:00+00:00"),
        ("6 janvier 2025 à 10h30 CET", "2025-01-06T09:30:00+00:00"),
        ("1er mai 2024 15:30 +0200", "2024-05-01T13:30:00+00:00"),
        ("06.01.2025, 10:00 Uhr MEZ", "2025-01-06T09:00:00+00:00"),
        ("6 января 2025, 12:00 MSK", "2025-01-06T09:00:00+00:00"),
        ("6 stycznia 2025 10:00 CET", "2025-01-06T09:00:00+00:00"),
        ("den 6 januari 2025 kl. 10:00 CET", "2025-01-06T09:00:00+00:00"),
        ("6 tammikuuta 2025 klo 11.00 +0200", "2025-01-06T09:00:00+00:00"),
        ("6 Ocak 2025 12:00 +03:00", "2025-01-06T09:00:00+00:00"),
        ("6 Ιανουαρίου 2025 11:00 EET", "2025-01-06T09:00:00+00:00"),
        ("2025. január 6. 10:00 +0100", "2025-01-06T09:00:00+00:00"),
        ("2025年1月6日 18:00 JST", "2025-01-06T09:00:00+00:00"),
        ("2025年1月6日(月) 18時00分 +0900", "2025-01-06T09:00:00+00:00"),
        ("2025년 1월 6일 18:00 KST", "2025-01-06T09:00:00+00:00"),
        ("६ जनवरी २०२५ 14:30 +0530", "2025-01-06T09:00:00+00:00"),
        ("٦ يناير ٢٠٢٥ 12:00 +0300", "2025-01-06T09:00:00+00:00"),
    ],
)
def test_a_date_with_an_offset_names_a_moment(text: str, moment: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday noonish", "2025-01-06 12:00:00", "2025-01-06", "Mon, 06 Jan 2025 09:00:00", "9" * 40,
        "Sat, 01 Jan 0000 00:00:00 GMT", "2025-13-01T00:00:00Z", "2025-01-06T25:00:00Z", "1969-12-31T23:00:00Z",
        "Mon, 06 Jan 2025 09:00:00 XYZ", "06.01.2025, 10:00 Uhr", "2025年1月6日 18:00", "6 de janeiro de 2025 às 9:00",
        "Mon, 06 Jan 2025 09:00:00 IST", "01/06/2025 09:00 EST",
    ],
)  # fmt: skip
def test_what_names_no_moment_is_not_guessed(text: str) -> None:
    assert parse_date(text) is None


def test_a_known_zone_reads_what_states_none_and_changes_nothing_else() -> None:
    hour = timedelta(hours=1)
    assert parse_date("6. Januar 2025, 10:00 Uhr", hour) == parse_date("2025-01-06T09:00:00Z", 5 * hour)
    assert parse_date("2025-01-06", hour) is None


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.utcoffset() is not None


@pytest.mark.parametrize(
    "text",
    [
        "Published 9:00 AM GMT, Mon January 6, 2025", "09:00 GMT, 6 January 2025", "Jan. 6, 2025 at 4:00 a.m. EST",
        "January 6, 2025 4:00 a.m. ET", "6th of January 2025, 09:00 GMT", "January 6, 2025 | 9:00am GMT",
        "Mon Jan 06 2025 09:00:00 GMT+0000 (Coordinated Universal Time)", "2025-01-06 09:00:00 +0000 UTC",
        "Published: 09:00 GMT, 6 January 2025 | Updated: 11:00 GMT, 6 January 2025", "1736154000", "1736154000000",
        "Publié le 06 janvier 2025 à 10h00 (CET)", "06.01.2025 в 12:00 (МСК)", "6 січня 2025, 11:00 EET",
        "Giriş Tarihi: 6 Ocak 2025, 12:00 TSİ", "6 tháng 1, 2025 16:00 GMT+7", "입력 2025.01.06. 오후 6:00 KST",
        "6 בינואר 2025, 11:00 GMT+2", "الاثنين 6 كانون الثاني 2025 - 09:00 بتوقيت غرينتش", "6 มกราคม 2568 16:00 +0700",
        "4 in 6 saw it: 6 January 2025, 09:00 UTC",
    ],
)  # fmt: skip
def test_a_date_is_found_among_other_words(text: str) -> None:
    assert parse_date(text) == parse_date("2025-01-06T09:00:00Z")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("March 9, 2025 1:59 a.m. ET", "2025-03-09T06:59:00+00:00"),
        ("March 9, 2025 3:00 a.m. ET", "2025-03-09T07:00:00+00:00"),
        ("November 2, 2025 1:00 p.m. PT", "2025-11-02T21:00:00+00:00"),
        ("July 4, 2025 3:15 p.m. CT", "2025-07-04T20:15:00+00:00"),
    ],
)
def test_american_zones_without_a_season_take_the_dates(text: str, moment: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat() == moment


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    parse_date(text + " 6 January 2025 9:00 GMT")
    parse_date(f"{text} 06/01/2025")


def test_a_long_run_of_letters_is_no_date_and_no_labour() -> None:
    assert parse_date("1 " + "新" * 60) is None
    assert parse_date("Posted" + "o" * 45 + "n 6 January 2025 09:00 GMT") == parse_date("2025-01-06T09:00:00Z")


def test_no_name_stands_for_two_months() -> None:
    names = [name for names in _NAMES for name in dict.fromkeys(names.split())]
    assert sorted(names) == sorted(set(names))
