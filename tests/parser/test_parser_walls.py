"""Walls never become a body: by where they are, and by what they say."""

import pytest

from services.parser.document import read_document
from services.parser.formats.walls import is_wall
from shared.messages import Kind, Outcome
from tests.parser.documents import document

ASKED = "https://paper.example/news/storm"
TEXT = (
    "The storm that crossed the bay on Sunday night took the roof of the customs house and two of the older cranes, "
    "and left the lower market under half a metre of water until the tide turned early in the morning of Monday. "
)


@pytest.mark.parametrize(
    "answered",
    [
        "https://consent.paper.example/?back=x",
        "https://login.publisher.example/authorize",
        "https://paper.example/login?next=/news/storm",
        "https://paper.example/account/sign-in/",
        "https://www.paper.example/se-connecter.html",
        "https://paper.example/cdn-cgi/challenge-platform/x",
        "https://paper.example/privacy-gate",
    ],
)
def test_a_redirect_to_a_wall_is_known_by_its_address(answered: str) -> None:
    assert is_wall(ASKED, answered)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (ASKED, ASKED),
        (ASKED, "https://www.paper.example/news/storm-2025"),
        (ASKED, "https://paper.example/news/login-theft-at-the-harbour"),
        (ASKED, "https://paper.example/news/consented-to-the-plan"),
        ("https://id.example/a", "https://id.example/b"),
        ("https://paper.example/login/a", "https://paper.example/login/b"),
    ],
)
def test_a_redirect_to_an_article_is_none(asked: str, answered: str) -> None:
    assert not is_wall(asked, answered)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Just a moment...", "Checking your browser before accessing paper.example. Enable JavaScript and cookies."),
        ("Before you continue", "We and our 812 partners store and access information on a device. " + TEXT),
        ("Zustimmen und weiter", "Mit Werbung weiterlesen: Besuchen Sie uns wie gewohnt mit Tracking. " * 4),
        ("The Paper", "Please log in to read on. Create your account to go on reading what you came for. " * 4),
        ("Access Denied", "You do not have permission to access this page on this server. Reference #18. " * 4),
        ("Paper", "Verify that you are human by completing the action below. Paper needs to review the security. " * 3),
    ],
)
def test_a_wall_is_known_by_what_it_says(title: str, words: str) -> None:
    page = f"<!doctype html><html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{words}</p></main>"
    result = read_document(document(kind=Kind.PAGE, url=ASKED), page.encode(), 2000)
    assert (result.facts.outcome, result.entries) == (Outcome.REFUSED, ())


@pytest.mark.parametrize(
    "words",
    [
        "Wir und bis zu 218 Partner, auch Partnerseiten, verarbeiten personenbezogene Daten wie die IP-Adresse und "
        "Cookies. Ohne Ihre Zustimmung lesen Sie werbefrei im Abo; die Einwilligung zum Tracking kann jederzeit im "
        "Bereich Datenschutz widerrufen werden. Mehr dazu, wie Cookies und Tracking arbeiten, steht beim Datenschutz. ",
        "Avec votre consentement, nos partenaires et nous utilisons des cookies et des traceurs pour une publicité "
        "personnalisée. Vos données personnelles, dont les cookies, sont traitées; vous retirez ce consentement quand "
        "vous le voulez, et nos partenaires en sont prévenus. ",
        "Con tu consentimiento, nuestros socios y nosotros usamos cookies y datos personales para publicidad "
        "personalizada. Los socios que no piden consentimiento se oponen en la página de privacidad; las cookies se "
        "borran cuando quieras y la privacidad queda a tu cargo. ",
    ],
)
@pytest.mark.parametrize("times", [1, 4])
def test_a_long_wall_is_known_by_how_often_it_speaks_of_consent(words: str, times: int) -> None:
    said = "".join(f"<p>{words}</p>" for _ in range(times))
    page = f"<!doctype html><html><head><title>Storm</title></head><body><main><h1>Storm</h1>{said}</main>"
    result = read_document(document(kind=Kind.PAGE, url=ASKED), page.encode(), 2000)
    assert (result.facts.outcome, result.entries) == (Outcome.REFUSED, ())


@pytest.mark.parametrize(
    "sentence",
    [
        "Um weiterzulesen, melden Sie sich bitte an.", "Connectez-vous pour lire la suite.",
        "Suscríbete para leer el resto.", "Accedi per continuare.", "Exclusivo para assinantes.",
        "Log in om verder te lezen.", "Logga in för att läsa vidare.", "Zaloguj się, aby czytać dalej.",
        "Nous et nos 812 partenaires gardons des cookies.", "My i nasi zaufani partnerzy prosimy o zgodę.",
        "Bitte bestätigen Sie, dass Sie ein Mensch sind.", "Подтвердите, что вы не робот.",
    ],
)  # fmt: skip
def test_a_teaser_with_a_wall_beneath_it_is_none_in_any_language(sentence: str) -> None:
    page = f"<!doctype html><html><head><title>Storm</title></head><body><main><p>{TEXT}</p><p>{sentence}</p></main>"
    result = read_document(document(kind=Kind.PAGE, url=ASKED), page.encode(), 2000)
    assert (result.facts.outcome, result.entries) == (Outcome.REFUSED, ())


def test_a_report_on_consent_is_an_article() -> None:
    words = (
        "The authority fined the publisher after readers complained that its pages set cookies before they gave "
        "consent. The court in the harbour town will hear the case in March, a spokeswoman said on Tuesday, and the "
        "publisher says that it has changed the way in which its partners are told who reads what. Readers who were "
        "counted without being asked may claim damages, though few lawyers expect them to. "
    )
    page = (
        f"<!doctype html><html><head><title>Fine</title></head><body><article><h1>Fine</h1><p>{words * 3}</p></article>"
    )
    result = read_document(document(kind=Kind.PAGE, url=ASKED), page.encode(), 2000)
    assert result.facts.outcome == Outcome.OK


def test_a_feed_is_no_article_page() -> None:
    data = (
        f"<?xml version='1.0'?><!-- a > b --><rss version='2.0'><channel><title>P</title><p>{TEXT}</p></channel></rss>"
    )
    result = read_document(document(kind=Kind.PAGE, url=ASKED), data.encode(), 2000)
    assert (result.facts.outcome, result.facts.error) == (Outcome.REFUSED, "The page is a feed, not an article.")
