"""Which two articles carry one text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.indexer.fold.evidence import announced
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


def test_a_text_cut_and_added_to_folds_under_headlines_that_are_alike() -> None:
    lines = BODY.split(". ")
    cut = f"{' '.join(OTHER.split()[:24])}. {'. '.join(lines[:2])}."
    assert 0.51 < containment(sketch(BODY), sketch(cut)) < 0.6
    assert not folds(article(1), article(2, cut, headline="Valleys joined again at last"))
    assert folds(article(1), article(2, cut, headline="At last: Halden tunnel open after repairs"))
    moved = cut.replace("Friday", "Monday")
    assert not folds(article(1), article(2, moved, headline="At last: Halden tunnel open after repairs"))


def digest(count: int) -> str:
    """Return a page of items of one length, of which `BODY` is the last."""
    items = [BODY.translate(str.maketrans("aeiou", f"{chr(98 + n)}eiou")) for n in range(count - 1)]
    return "\n".join([*items, BODY])


@pytest.mark.parametrize("count", [3, 5])
def test_an_item_of_a_digest_is_no_copy_of_it(count: int) -> None:
    page = digest(count)
    assert containment(sketch(page), sketch(BODY)) == 1.0
    assert not folds(article(1), article(2, page, headline="News in brief"))


def test_a_passage_in_a_long_report_is_no_copy() -> None:
    report = f"{OTHER} {OTHER.upper().replace('E', 'O')} {BODY}"
    assert not folds(article(1), article(2, report, headline="Ninety years of silence"))


def test_a_third_of_a_text_that_opens_it_is_a_trim() -> None:
    rest = digest(2).split("\n", maxsplit=1)[0]
    assert folds(article(1), article(2, f"{BODY} {rest} {OTHER}", headline="Valleys joined again at last"))


def test_a_trim_of_a_fifth_folds_where_the_headlines_are_alike() -> None:
    assert folds(article(1), article(2, digest(5), headline="Halden tunnel: all about the repairs"))


SPEECH = [
    "“We have listened to every resident who wrote to us, and this is a better plan for it,” the minister said.",
    "“Nobody should have to choose between a job and a roof, and with these homes fewer people will,” she added.",
    "“The first families will have their keys before the winter after next, and I shall hand them over myself.”",
]
NARRATIONS = [
    "Four thousand homes are to be built at the edge of Halden. Protesters booed as the decision was read out. "
    "Councillors called it a betrayal, and said that they would go to court. Shares of builders rose.",
    "An angry crowd met the housing minister when she came to explain why a meadow must go under the diggers. "
    "Two years of inquiry had satisfied nobody, and the county's planner has gone to grow apples by the sea.",
]


def test_two_articles_on_one_speech_are_two_texts() -> None:
    first, second = ("\n".join([narration, *SPEECH]) for narration in NARRATIONS)
    assert containment(sketch(first), sketch(second)) > 0.6
    assert not folds(
        article(1, first, headline="Homes for Halden's edge", said=first),
        article(2, second, headline="Minister booed over homes in meadow", said=second),
    )
    assert folds(article(1, first, said=first), article(2, first, said=first))


def test_a_speech_in_full_is_one_text_in_all_titles() -> None:
    whole = "\n".join(SPEECH)
    assert folds(
        article(1, whole, headline="The speech", said=whole), article(2, whole, headline="In full", said=whole)
    )


def test_what_both_share_must_be_announced_not_what_each_has_besides() -> None:
    background = OTHER + " It was played again the next day, and again on the day after that."
    bakery = "The bakery in Upper Halden was robbed at dawn of all its bread. "
    harbour = "The harbour at Saint Marwick froze over for the first time in a century. "
    first = article(1, bakery + background, headline="Upper Halden bakery robbed at dawn")
    second = article(2, harbour + background, headline="Marwick harbour freezes over")
    assert containment(first.sketch, second.sketch) > 0.6
    assert not folds(first, second)


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


def test_the_box_below_two_teasers_does_not_make_them_one() -> None:
    box = (
        " Read on with a subscription, which opens every page of ours and of our sister papers on all your devices. "
        "Members receive the weekly letter of our reporters and may comment below each article under their own names. "
        "A day pass can be bought at any kiosk of the valley; the code on its back is valid until midnight. "
        "Whoever has lost the code writes to our desk, which answers on working days between eight in the morning and "
        "six in the evening, and on the days before an election until the last district of the valley has been counted."
    )
    first = article(1, "The bakery was robbed before dawn." + box, headline="Bakery robbed in Upper Halden")
    assert not folds(first, article(2, "The mayor won by nine votes." + box, headline="Mayor wins second term"))
    assert not folds(first, article(2, "The mayor won by nine votes." + box, headline="Mayor wins"))


def test_a_headline_of_few_telling_words_announces_nothing() -> None:
    assert announced(["Live: the sea"], "Nothing of it stands here.")
    assert not announced(["Live: the sea", "Farmers protest against tariffs"], "Nothing of it stands here.")
    assert not announced(["Farmers protest against tariffs"], "Please log in.")


def test_inflected_words_of_the_headline_count() -> None:
    assert announced(["Farmer protests against tariff"], "Farmers protested.")


def test_particles_announce_nothing_in_any_alphabet() -> None:
    assert not announced(["На рынке в Казани потушили пожар"], "Материалы на сайте и в приложении защищены.")
    assert not announced(["Grève à Lyon : métros à l’arrêt"], "Accédez à présent à nos archives.")
    assert announced(["東京で大雪の恐れ"], "気象庁は東京で大雪になる恐れがあると発表した。")


def test_a_korean_noun_is_known_whatever_particle_it_carries() -> None:
    assert announced(["농촌 빈집 고쳐 빌려준다"], "정부가 농촌의 빈집을 고쳐 빌려주는 사업을 시작한다.")


def test_a_tenth_of_the_postings_is_not_worth_a_look() -> None:
    assert not worth_judging(5, 50, 80, 0.6)
    assert worth_judging(12, 50, 80, 0.6)
