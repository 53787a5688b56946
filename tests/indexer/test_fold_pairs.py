"""Which two articles carry one text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.indexer.fold.evidence import announced, another_edition, figures_apart
from services.indexer.fold.pairs import Candidate, containment, judge, worth_judging
from services.indexer.fold.shingles import sketch

LEAD = "Engineers reopened the Halden tunnel on Friday after a winter of repairs to its ventilation shafts. "
BODY = LEAD + (
    "The tunnel, the only road between the two valleys, had been shut since a lorry fire blackened its northern mouth. "
    "Drivers waited from before dawn, and the first bus carried pupils who had boarded with relatives since autumn. "
    "The regional roads office said the new fans move three times the air of the old ones. "
    "Shopkeepers in Upper Halden hope that hikers return with the snow melt, and the bakery has hired two more hands."
)
OTHER = (
    "The orchestra of Saint Brannoc opened its season with a symphony that nobody had heard for ninety years. "
    "A librarian found the parts behind a heating pipe, tied with a green ribbon and marked as kitchen accounts. "
    "The conductor called the slow movement the saddest music ever written by a cheerful man."
)
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def article(id_: int, text: str = BODY, **given: object) -> Candidate:
    made = Candidate(id_, f"title {id_}", "Halden tunnel reopened after repairs", text, sketch(text), NOON)
    return replace(made, **given)  # type: ignore[arg-type]


def folds(a: Candidate, b: Candidate) -> bool:
    one, other = judge(a, b, 0.6), judge(b, a, 0.6)
    assert one == other
    return one is not None


def test_the_same_text_in_two_titles_makes_a_pair() -> None:
    pair = judge(article(2), article(1), 0.6)
    assert pair is not None
    assert (pair.a, pair.b, pair.containment, pair.evidence) == (1, 2, 1.0, "text")


def test_another_headline_dateline_and_local_paragraph_change_nothing() -> None:
    local = "In our district the reopening cuts the way to the hospital by forty minutes, the ambulance service said."
    assert folds(
        article(1), article(2, f"HALDEN (Agency) — {BODY}\n{local}", headline="Valleys joined: tunnel open again")
    )


def test_a_cut_copy_folds_into_its_long_original() -> None:
    long = " ".join([BODY, OTHER, *(f"Paragraph {n} of a long reportage goes on about stop {n}." for n in range(200))])
    assert folds(article(1, long), article(2))


def test_different_texts_make_none() -> None:
    assert not folds(article(1), article(2, OTHER, headline="Lost symphony played"))


def test_a_quoted_passage_is_no_copy() -> None:
    assert not folds(article(1), article(2, LEAD + OTHER))


def test_fewer_than_thirty_shingles_prove_nothing() -> None:
    assert not folds(article(1, LEAD), article(2, LEAD))


def test_one_canonical_address_proves_it_whatever_the_words() -> None:
    first = article(1, LEAD, url="https://a.example/tunnel")
    assert folds(first, article(2, OTHER, canonical_url="https://a.example/tunnel"))


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example/", "https://a.example//#top"])
def test_a_front_page_is_no_articles_address(url: str) -> None:
    assert not folds(article(1, LEAD, canonical_url=url), article(2, OTHER, canonical_url=url))


def test_an_address_that_is_none_raises_nothing() -> None:
    assert not folds(article(1, LEAD, url="http://["), article(2, OTHER, url="::"))


def test_the_same_agency_item_proves_it() -> None:
    assert folds(article(1, LEAD, agency_item="x:1"), article(2, OTHER, agency_item="x:1"))


def test_a_revision_by_the_same_publication_is_no_copy() -> None:
    assert not folds(article(1, publication=7), article(2, f"{OTHER} {BODY}", publication=7))


def test_one_article_under_two_addresses_of_a_publication_is_a_reprint() -> None:
    pair = judge(article(1, publication=7), article(2, publication=7), 0.6)
    assert pair is not None
    assert pair.evidence == "reprint"


def test_another_headline_in_the_same_publication_makes_none() -> None:
    assert not folds(article(1, publication=7), article(2, publication=7, headline="Halden: all about the tunnel"))


def test_two_unknown_publications_are_not_the_same() -> None:
    assert folds(article(1, publication=None), article(2, publication=None, headline="Tunnel opens"))


def test_beyond_the_window_there_is_no_pair() -> None:
    assert folds(article(1), article(2, recorded_at=NOON + timedelta(days=14)))
    assert not folds(article(1), article(2, recorded_at=NOON + timedelta(days=14, seconds=1)))


def test_an_article_without_a_time_is_in_every_window() -> None:
    assert folds(article(1, recorded_at=None), article(2))


def weather(day: str, low: int, wind: int, rain: int) -> str:
    return (
        f"Here is the weather for the Halden valleys on {day}. It starts grey with a low of {low} degrees at the pass. "
        f"Winds of up to {wind} miles an hour come from the west. The risk of rain is {rain} per cent in the valleys. "
        "The outlook for the coming days stays unsettled, forecasters said, and drivers should look before they leave."
    )


def test_another_days_template_is_another_text() -> None:
    monday, tuesday = weather("Monday", 3, 25, 40), weather("Tuesday", 7, 12, 85)
    assert containment(sketch(monday), sketch(tuesday)) > 0.4
    assert judge(article(1, monday), article(2, tuesday), 0.3) is None


def test_one_corrected_figure_is_no_other_text() -> None:
    first, second = weather("Monday", 3, 25, 40), weather("Monday", 3, 25, 45)
    assert figures_apart(first, second) == (1, 4)
    assert not another_edition(first, second)


def test_a_few_updated_figures_in_a_long_text_are_no_other_edition() -> None:
    report = " ".join(f"The {word} report is long and says a good deal on the matter." for word in OTHER.split())
    old, new = (f"The fire killed {n} people, hurt {n + 9} and destroyed {n + 30} houses. {report}" for n in (2, 3))
    assert figures_apart(old, new) == (3, 3)
    assert not another_edition(old, new)


def test_a_form_under_headlines_on_one_subject_hides_the_same_article() -> None:
    form = "Please log in to read on. " + "Subscribers read all pages on every device that they own at home. " * 2
    form += "The number on your last invoice lets you in, and the service desk answers from eight to six."
    first = article(1, form, headline="Bakery robbed in Upper Halden")
    assert folds(first, article(2, form, headline="Police: Upper Halden bakery robbed at dawn"))


def test_two_log_in_forms_are_not_one_article() -> None:
    form = (
        "Please log in to continue reading. Subscribers have unlimited access to all pages on every device they own. "
        "If you have a print subscription, activate your account with the number on your last invoice. "
        "Need help? Our service desk answers between eight and six on all working days of the year."
    )
    first = article(1, form, headline="Bakery robbed in Upper Halden")
    assert not folds(first, article(2, form, headline="Mayor wins second term after recount"))


def test_a_headline_of_few_telling_words_announces_nothing() -> None:
    assert announced("Live: the sea", "Nothing of it stands here.")
    assert not announced("Farmers protest against tariffs", "Please log in.")


def test_inflected_words_of_the_headline_count() -> None:
    assert announced("Farmer protests against tariff", "Farmers protested.")


def test_a_tenth_of_the_postings_is_not_worth_a_look() -> None:
    assert not worth_judging(5, 50, 80, 0.6)
    assert worth_judging(12, 50, 80, 0.6)
