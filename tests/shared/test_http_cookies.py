"""Cookies that live from one redirect to the next, and no longer."""

from collections.abc import Callable, Iterator

import pytest

from shared.errors import FetchError
from shared.http.client import Client
from shared.http.cookies import MOST, MOST_CHARS, Cookies
from shared.http.passport import Passport
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.shared.test_http_passport import to_loopback

HOSTS = ("paper.example", "other.example", "co.uk", "paper.co.uk", "www.paper.co.uk", "login.paper.co.uk")
Url = Callable[..., str]


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as outlet:
        outlet.serve("feed", "words")
        yield outlet


@pytest.fixture
def client(outlet: Outlet) -> Iterator[Client]:
    client = Client(PATIENT, [f"{host}:{outlet.port}" for host in HOSTS], resolve=to_loopback)
    yield client
    client.close()


def at(outlet: Outlet, host: str, path: str = "feed") -> str:
    return f"http://{host}:{outlet.port}/{path}"


def sets(outlet: Outlet, path: str, to: str, *cookies: str, times: int | None = 1) -> None:
    """Let a path redirect and set cookies, once."""
    outlet.fail(path, 302, times=times, Location=to, Set_Cookie="\r\nSet-Cookie: ".join(cookies))


def brought(outlet: Outlet, path: str = "feed") -> list[str | None]:
    return [one.headers.get("cookie") for one in outlet.ledger.requests(path)]


def test_a_publisher_that_sets_a_cookie_and_redirects_to_the_same_address_answers(
    outlet: Outlet, client: Client
) -> None:
    sets(outlet, "feed", "/feed", "seen=1; Path=/; HttpOnly")
    assert client.get(at(outlet, "paper.example")).body == b"words"
    assert brought(outlet) == [None, "seen=1"]


def test_nothing_outlives_the_request(outlet: Outlet, client: Client) -> None:
    sets(outlet, "feed", "/feed", "seen=1; Path=/; Max-Age=999999")
    for _ in range(2):
        client.get(at(outlet, "paper.example"))
    assert brought(outlet) == [None, "seen=1", None]


def test_a_redirect_for_good_to_the_same_address_is_no_move(outlet: Outlet, client: Client) -> None:
    outlet.fail("feed", 301, times=1, Location="/feed", Set_Cookie="seen=1")
    assert client.get(at(outlet, "paper.example")).moved_to is None


def test_whoever_redirects_in_a_circle_is_left_after_a_few(outlet: Outlet, client: Client) -> None:
    sets(outlet, "feed", "/feed", "seen=1", times=None)
    with pytest.raises(FetchError, match="More than 5 redirects"):
        client.get(at(outlet, "paper.example"))
    assert len(brought(outlet)) == 6


def test_a_cookie_is_for_its_host_alone_unless_it_names_a_domain_of_its_site(outlet: Outlet, client: Client) -> None:
    sets(outlet, "feed", at(outlet, "login.paper.co.uk", "login"), "own=1", "shared=2; Domain=paper.co.uk")
    outlet.redirect("login", at(outlet, "other.example"), times=1)
    client.get(at(outlet, "www.paper.co.uk"))
    assert brought(outlet, "login") == ["shared=2"]
    assert brought(outlet) == [None, None]


def test_what_was_set_on_the_way_is_brought_back(outlet: Outlet, client: Client) -> None:
    sets(outlet, "feed", at(outlet, "other.example", "consent"), "asked=1")
    sets(outlet, "consent", at(outlet, "paper.example"), "consent=yes")
    assert client.get(at(outlet, "paper.example")).body == b"words"
    assert brought(outlet, "consent") == [None]
    assert brought(outlet) == [None, "asked=1"]


@pytest.mark.parametrize(
    "cookie",
    [
        "x=1; Domain=other.example",
        "x=1; Domain=example",
        "x=1; Domain=.",
        "x=1; Domain=login.paper.example",
        "x=1; Path=/elsewhere",
        "x=1; Secure",
        "x=1; Max-Age=0",
        "x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "=",
        ";;;",
        "x\x01=1; Domain=\x7f",
    ],
)
def test_a_cookie_that_is_not_for_the_next_address_stays_away(outlet: Outlet, client: Client, cookie: str) -> None:
    sets(outlet, "feed", "/feed", cookie)
    client.get(at(outlet, "paper.example"))
    assert brought(outlet) == [None, None]


def test_nobody_sets_a_cookie_for_a_public_suffix(outlet: Outlet, client: Client) -> None:
    sets(outlet, "feed", at(outlet, "co.uk"), "x=1; Domain=co.uk")
    client.get(at(outlet, "paper.co.uk"))
    assert brought(outlet) == [None, None]


def test_a_secure_cookie_goes_by_tls_alone() -> None:
    cookies = Cookies()
    cookies.take("https://paper.example/", ["x=1; Secure; Path=/"])
    assert cookies.given("https://paper.example/") == "x=1"
    assert cookies.given("http://paper.example/") == ""


def test_the_operators_cookie_is_sent_beside_what_is_set_and_to_no_other_host(outlet: Outlet, client: Client) -> None:
    sets(outlet, "feed", "/feed", "seen=1", "session=fresh")
    passport = Passport(headers={"cookie": "session=mine; kept=yes"})
    client.get(at(outlet, "paper.example"), passport=passport)
    assert brought(outlet)[0] == "session=mine; kept=yes"
    assert set((brought(outlet)[1] or "").split("; ")) == {"kept=yes", "seen=1", "session=fresh"}
    sets(outlet, "feed", at(outlet, "other.example"), "seen=1")
    client.get(at(outlet, "paper.example"), passport=passport)
    assert brought(outlet)[3:] == [None]


def test_cookies_without_number_are_bounded(outlet: Outlet, client: Client) -> None:
    many = [f"c{number}=1" for number in range(2_000)]
    sets(outlet, "feed", "/feed", *many[: 2 * MOST])
    client.get(at(outlet, "paper.example"))
    assert len((brought(outlet)[1] or "").split("; ")) == MOST
    cookies = Cookies()
    for _ in range(5):
        cookies.take("https://paper.example/", [f"c{number}=1" for number in range(10_000)])
    assert cookies.given("https://paper.example/").count("=") == MOST


def test_cookies_without_size_are_bounded() -> None:
    cookies = Cookies()
    cookies.take("https://paper.example/", ["huge=" + "x" * 10 * MOST_CHARS, "small=1"])
    for _ in range(9):
        cookies.take("https://paper.example/", [f"large{number}=" + "x" * 4000 for number in range(9)])
    given = cookies.given("https://paper.example/")
    assert given.startswith("small=1") or "small=1" in given
    assert len(given) <= MOST_CHARS


def test_nothing_of_a_cookie_can_be_seen() -> None:
    cookies = Cookies()
    cookies.take("https://paper.example/", ["session=s3cret"])
    assert "s3cret" not in repr(cookies)
