"""The cookies of one request and its redirects (RFC 6265), kept for no longer and sent nowhere else.

Publishers set one, redirect to the address that was asked for, and answer whoever brings it.
"""

from collections.abc import Sequence
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.request import Request  # the question that the jar answers; nothing is asked by it

from shared.hosts import site_of

MOST, MOST_CHARS = 50, 16_384  # fields that are read over all hops, and their length in all


class Cookies:
    """What the servers on the way set, each cookie for its own host or domain, path and scheme."""

    def __init__(self) -> None:
        self._jar: CookieJar | None = None  # most set none
        self._left, self._left_chars = MOST, MOST_CHARS

    def take(self, url: str, fields: Sequence[str]) -> None:
        """Take in what the answer of `url` sets (`Set-Cookie`), as far as there is room for it."""
        taken = []
        for field in fields[: self._left]:
            if len(field) <= self._left_chars:
                taken.append(field)
                self._left, self._left_chars = self._left - 1, self._left_chars - len(field)
        if taken:
            self._jar = self._jar or CookieJar(_Policy())
            self._jar.extract_cookies(_Answer(taken), Request(url))  # type: ignore[arg-type] # noqa: S310

    def given(self, url: str, own: str = "") -> str:
        """Return the field `Cookie` for a request to `url`: what was set for it beside what the request brings.

        Of two cookies of one name the one that was set counts.
        """
        if self._jar is None:
            return own
        asked = Request(url)  # noqa: S310
        self._jar.add_cookie_header(asked)
        found = str(asked.get_header("Cookie", ""))
        names = {_name(one) for one in found.split(";")}
        kept = [one.strip() for one in own.split(";") if one.strip() and _name(one) not in names]
        return "; ".join([*kept, *([found] if found else [])])


class _Policy(DefaultCookiePolicy):
    def set_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        """Return whether a cookie may be for the domain that it names: none of a public suffix (RFC 6265, 5.3)."""
        if cookie.domain_specified and site_of(f"http://{cookie.domain.lstrip('.')}/") is None:
            return False
        return super().set_ok_domain(cookie, request)


class _Answer:
    """An answer's header fields as the jar asks for them."""

    def __init__(self, fields: list[str]) -> None:
        self._fields = fields

    def info(self) -> "_Answer":
        return self

    def get_all(self, name: str, default: list[str]) -> list[str]:
        return self._fields if name == "Set-Cookie" else default


def _name(pair: str) -> str:
    return pair.partition("=")[0].strip()
