"""Redirects: what is sent where one leads, and whether the address that was asked for has moved. Pure."""

from dataclasses import dataclass

from shared.errors import FetchError
from shared.http.addresses import host_of, is_same_origin
from shared.http.passport import Passport

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
SENT_AGAIN = frozenset({307, 308})  # redirects that keep the method (RFC 9110, 15.4); after others a POST is a GET
# What may follow a redirect to another host; anything else may be a secret.
HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "a-im", "if-modified-since", "if-none-match", "user-agent"}
)


@dataclass(frozen=True)
class Hop:
    """One request of a chain of redirects, and what the chain has shown so far."""

    url: str  # as it is asked for
    headers: dict[str, str]  # names in lower case
    passport: Passport
    first: str  # the address that the chain began with
    moves: bool = True  # whether all redirects so far tell of a move
    moved_to: str | None = None  # where they did, until one did not
    left_https: bool = False

    @property
    def body(self) -> bytes | None:
        """What is posted."""
        return self.passport.post.encode() if self.passport.post else None


def onward(hop: Hop, status: int, target: str, user_agent: str) -> Hop:
    """Return the hop to `target` that the answer to `hop` makes; another origin is told nothing that may be a secret.

    :raises FetchError: what was posted would have to go to another origin.
    """
    downgrade = hop.url.startswith("https:") and target.startswith("http:")
    changed = hop.body is not None and status not in SENT_AGAIN  # to a GET
    moves = hop.moves and status in PERMANENT and not downgrade and not changed
    headers, passport = hop.headers, hop.passport
    if changed:
        headers = {name: value for name, value in headers.items() if name != "content-type"}
        passport = passport.model_copy(update={"post": None})
    if not is_same_origin(target, hop.url):
        if passport.post:
            places = f"{host_of(hop.url)} redirects what is posted to it to {host_of(target)}"
            raise FetchError("redirect", f"{places}, where it is not sent.")
        headers = {name: value for name, value in headers.items() if name in HARMLESS}
        headers["user-agent"] = user_agent  # one of the feed's own may be a secret too
        passport = Passport(proxy=passport.proxy, http2=passport.http2)
    moved_to = (target if target != hop.first else None) if moves else hop.moved_to
    return Hop(target, headers, passport, hop.first, moves, moved_to, hop.left_https or downgrade)
