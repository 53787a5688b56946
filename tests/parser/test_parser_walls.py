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
