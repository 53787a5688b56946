"""Who wrote it: people, and the agency behind the text."""

import pytest

from services.parser.fields.credit import find_credit
from services.parser.fields.people import read_people, split_names
from services.parser.item import Person


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ada Byron and Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("Von Ada Byron und Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("Ada Byron, Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("By Ada Byron, Political Editor", ["Ada Byron"]),
        ("Martin Luther King, Jr.", ["Martin Luther King, Jr"]),
        ("desk@harbour.example (Ada Byron)", ["Ada Byron"]),
        ("Ada Byron <ada@harbour.example>", ["Ada Byron"]),
        ("ada@harbour.example", []),
        ("Reuters", []),
        ("Jane Doe, Associated Press", ["Jane Doe"]),
        ("Harbour Post Staff", []),
        ("Newsdesk, dpa", ["Newsdesk"]),
        ("By Ada Byron and Max Frisch, Science Correspondent", ["Ada Byron", "Max Frisch"]),
    ],
)
def test_a_byline_names_people(text: str, names: list[str]) -> None:
    assert split_names(text) == names


def test_the_byline_is_kept_as_written() -> None:
    byline, authors = read_people((Person("By Ada Byron, Editor"), Person("AFP")))
    assert byline == "By Ada Byron, Editor, AFP"
    assert [author.name for author in authors] == ["Ada Byron"]


@pytest.mark.parametrize(
    ("paragraphs", "byline", "source", "rights", "agency"),
    [
        (("LONDON (Reuters) - Ferries sailed.",), None, None, None, "Reuters"),
        (("WASHINGTON, Jan 6 (AP) — Ferries sailed.",), None, None, None, "AP"),
        (("(AFP) - Ferries sailed.",), None, None, None, "AFP"),
        (("Ferries sailed.", "It rained."), "By Jane Doe, Associated Press", None, None, "AP"),
        (("Ferries sailed.", "It rained."), "PA Media", None, None, "PA Media"),
        (("Ferries sailed.",), None, "Agence France-Presse", None, "AFP"),
        (("Ferries sailed.", "(Reporting by A B; Editing by C D)"), None, None, None, "Reuters"),
        (("Ferries sailed.", "Source: dpa"), None, None, None, "dpa"),
        (("Ferries sailed.",), None, None, "Copyright 2025 The Associated Press. All rights reserved.", "AP"),
        (("The captain told Reuters that ferries sailed.", "He said more to AP."), None, None, None, None),
        (("Ferries sailed.",), "Ada Byron", "The Harbour Post", "© The Harbour Post", None),
        (("Ferries sailed.", "It rained."), "USA TODAY Network", None, None, "Gannett"),
        (("Ferries sailed.",), None, "Tribune Content Agency", None, "Tribune News Service"),
        (("Ferries sailed.",), None, "Reach PLC", None, "Reach"),
        (("Ferries sailed.", "With files from The Canadian Press"), None, None, None, "The Canadian Press"),
        (
            ("Ferries sailed.", "Associated Press writer Jo Amsel in Merrow contributed to this report."),
            None,
            None,
            None,
            "AP",
        ),
        (("新华社北京1月6日电", "Ferries sailed."), None, "新华社", None, "Xinhua"),
        (
            ("Ferries sailed.", "The captain spoke to a reporter from Reuters, who wrote it down."),
            None,
            None,
            None,
            None,
        ),
        (("Ferries sailed, Xinhua says.", "It rained."), "Ada Byron", None, None, None),
        (("Ferries sailed.", "A writer for the Harbour Post contributed to this report."), None, None, None, None),
    ],
)
def test_an_agency_is_credited_where_it_signs(
    paragraphs: tuple[str, ...], byline: str | None, source: str | None, rights: str | None, agency: str | None
) -> None:
    credit = find_credit(paragraphs, byline=byline, source=source, rights=rights, creators=(byline,) if byline else ())
    assert credit.agency == agency
    assert (credit.evidence is None) == (agency is None)


def test_a_dateline_counts_even_where_its_agency_is_unknown() -> None:
    found = find_credit(("PORT MERROW, Jan 6 (Meridian) – The mole held.",), byline=None, source=None, rights=None)
    assert (found.dateline, found.agency) == ("PORT MERROW, Jan 6", None)


@pytest.mark.parametrize(("byline", "source"), [("Meridian", None), (None, "Meridian")])
def test_an_unknown_agency_is_the_credit_where_the_text_is_signed_with_it_twice(
    byline: str | None, source: str | None
) -> None:
    found = find_credit(("PORT MERROW (Meridian) – The mole held.",), byline=byline, source=source, rights=None)
    assert (found.agency, found.dateline) == ("Meridian", "PORT MERROW")


@pytest.mark.parametrize(
    "opening", ["The mole (pictured) – built in 1911 – held.", "Mole (left) - a wall of stone - held."]
)
def test_brackets_in_a_sentence_make_no_dateline(opening: str) -> None:
    assert find_credit((opening,), byline=None, source=None, rights=None).dateline is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Byron in Oslo and Max Frisch in Bern", ["Ada Byron", "Max Frisch"]),
        ("Ada Byron for the Harbour Post", ["Ada Byron"]),
        ("Reporting by Ada Byron; Editing by Max Frisch", ["Ada Byron"]),
        ("Words: Ada Byron Pictures: Max Frisch", ["Ada Byron"]),
        ("By Ada Byron With additional reporting by Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("Ada Byron Chief Political Editor", ["Ada Byron"]),
        ("Opinion by Ada Byron", ["Ada Byron"]),
        ("Posted By: Ada Byron", ["Ada Byron"]),
        ("By Ada Byron Published March 4, 2025", ["Ada Byron"]),
        ("Updated: March 4, 2025 by Ada Byron", ["Ada Byron"]),
        ("Verfasst von Ada Byron am Di., 04.03.2025", ["Ada Byron"]),
        ("By Ada Byron @adabyron", ["Ada Byron"]),
        ("Byron, Ada", ["Ada Byron"]),
        ("By Ludwig van der Berg and Maria de la Cruz", ["Ludwig van der Berg", "Maria de la Cruz"]),
        ("Juan Pérez en Madrid", ["Juan Pérez"]),
        ("Monika Bolliger und Anna Trechsel, Merrow", ["Monika Bolliger", "Anna Trechsel"]),
        ("AP National Writer", []), ("Harbour Gazette Staff", []), ("Agencies", []), ("The Editorial Board", []),
        ("بقلم أحمد السالم", ["أحمد السالم"]), ("מאת: דוד לוי", ["דוד לוי"]), ("लेखक: राजेश शर्मा", ["राजेश शर्मा"]),
        ("作者：王小明、李红", ["王小明", "李红"]), ("記者・山田太郎", ["山田太郎"]), ("김철수 기자", ["김철수"]),
        ("Του Γιώργου Παππά", ["Γιώργου Παππά"]), ("Автор: Иван Петров", ["Иван Петров"]),
        ("Haber: Ayşe Yılmaz", ["Ayşe Yılmaz"]), ("Tác giả: Nguyễn Văn An", ["Nguyễn Văn An"]),
    ],
)  # fmt: skip
def test_names_are_told_from_what_stands_around_them(line: str, names: list[str]) -> None:
    assert split_names(line) == names


@pytest.mark.parametrize(
    ("opening", "agency", "dateline"),
    [
        ("MERROW, March 4. /TASS/. Ferries sailed.", "TASS", "MERROW, March 4"),
        ("МЕРРОУ, 4 мар - РИА Новости. Паромы вышли.", "RIA Novosti", "МЕРРОУ, 4 мар"),
        ("新华社东海3月4日电（记者王小明）渡轮出航。", "Xinhua", "东海3月4日"),
        ("【東海共同】フェリーが出航した。", "Kyodo", "東海"),
        ("(동해=연합뉴스) 김철수 기자 = 배가 떠났다.", "Yonhap", "동해"),
        ("القاهرة (رويترز) - أبحرت العبارات.", "Reuters", "القاهرة"),
        ("القاهرة - (د ب أ) - أبحرت العبارات.", "dpa", "القاهرة"),
        ("Merrow (dpa/tmn). Die Fähren fuhren.", "dpa", "Merrow"),
        ("MERROW (Reuters) -Ferries sailed.", "Reuters", "MERROW"),
        ("MERROW: (IANS) Ferries sailed.", "IANS", "MERROW"),
        ("MERROW – Ferries sailed. Nobody fell.", None, "MERROW"),
    ],
)
def test_datelines_are_read_as_agencies_of_each_land_set_them(opening: str, agency: str | None, dateline: str) -> None:
    credit = find_credit((opening, "It rained."), byline=None, source=None, rights=None)
    assert (credit.agency, credit.dateline) == (agency, dateline)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Byron/Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("dpa/Ada Byron", ["Ada Byron"]),
        ("Ada Byron AFP", ["Ada Byron"]),
        ("AFP in Oslo", []),
        ("Ada Byron - Political Editor", ["Ada Byron"]),
        ("Ada Byron, New York", ["Ada Byron"]),
        ("By Ada Byron | Harbour Post", ["Ada Byron"]),
        ("Ada Byron | Max Frisch", ["Ada Byron", "Max Frisch"]),
        ("Staff Writer Ada Byron", ["Ada Byron"]),
        ("Notre correspondante à Rome, Ada Byron", ["Ada Byron"]),
        ("dal nostro inviato Ada Byron", ["Ada Byron"]),
        ("Ein Kommentar von Ada Byron", ["Ada Byron"]),
        ("Propos recueillis par Ada Byron", ["Ada Byron"]),
        ("Une enquête d'Ada Byron", ["Ada Byron"]),
        ("A cura di Ada Byron", ["Ada Byron"]),
        ("Aus Oslo berichtet Ada Byron", ["Ada Byron"]),
        ("Tekst: Ada Byron Foto: Max Frisch", ["Ada Byron"]),
        ("Ada Byron (words) and Max Frisch (photos)", ["Ada Byron"]),
        ("Ada Byron Special to The Harbour Post", ["Ada Byron"]),
        ("Ada Byron January 5, 2026 at 10:00 am", ["Ada Byron"]),
        ("Ada Byron https://harbour.example/ada", ["Ada Byron"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Ana Lima e Rui Costa", ["Ana Lima", "Rui Costa"]),
        ("Jan Novák a Petr Dvořák", ["Jan Novák", "Petr Dvořák"]),
        ("Kovács Anna és Nagy Péter", ["Kovács Anna", "Nagy Péter"]),
        ("本报记者 王小明 李华", ["王小明", "李华"]),
        ("記者 山田太郎", ["山田太郎"]),
        ("Ada Byron Jr.", ["Ada Byron Jr."]),
        ("Edited by: Ada Byron", []),
        ("Da Redação", []),
        ("Haber Merkezi", []),
        ("None", []),
        ("red.", []),
    ],
)
def test_what_stands_around_names_is_no_part_of_them(written: str, names: list[str]) -> None:
    assert split_names(written) == names
