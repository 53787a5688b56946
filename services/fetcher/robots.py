"""What a site's robots.txt says of its pages (RFC 9309), asked for once a day and remembered on the belt."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from protego import Protego

from shared.belt import Belt
from shared.errors import Blocked, FetchError, Refused
from shared.http.client import NO_PASSPORT, Client, Response
from shared.http.passport import Passport
from shared.http.sockets import NO_WAY

KEEP_S = 86_400  # RFC 9309, 2.4: no longer than a day
RETRY_S = 3600  # a site whose robots.txt cannot be had is asked for it again after so long
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: what is read of it at least
CRAWL_DELAY_MOST_S = 60.0  # a wish for more is taken for this: no job waits longer
PARSED_KEPT = 256  # sites
_PRODUCT = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True)
class Rules:
    """What one site lets us do."""

    parsed: Protego | None  # None: it cannot be had, so nothing is allowed for now (RFC 9309, 2.3.1.4)
    agent: str
    why: str = ""  # it cannot be had, in a sentence

    def allows(self, url: str) -> bool:
        """Return whether a page may be fetched.

        :raises FetchError: the site's robots.txt could not be had.
        """
        if self.parsed is None:
            said = f"The site's robots.txt cannot be had, so its pages wait. {self.why}".rstrip()
            raise FetchError("robots", said, retry_after_s=RETRY_S)
        return bool(self.parsed.can_fetch(url, self.agent))

    @property
    def delay_s(self) -> float:
        """Seconds that the site wants between two requests."""
        asked = self.parsed.crawl_delay(self.agent) if self.parsed else None
        return min(float(asked or 0.0), CRAWL_DELAY_MOST_S)


class Robots:
    """The rules of sites; safe for threads. `user_agent` is ours, of which the product's name counts."""

    def __init__(self, client: Client, belt: Belt, user_agent: str) -> None:
        self._client, self._belt = client, belt
        self._agent = product(user_agent)
        self._parsed: OrderedDict[bytes, Protego] = OrderedDict()
        self._lock = Lock()

    def rules(self, url: str, passport: Passport = NO_PASSPORT) -> Rules:
        """Return what the site of `url` lets us do; it is asked without what `passport` says of us.

        :raises FetchError: too much was under way here to ask (`crowded`), or there is no way to the site.
        :raises TransientError: the belt is away.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        known = self._belt.get(f"robots:{origin}", MAX_BYTES + 1)
        if known is None:
            known = self._ask(origin, passport.model_copy(update={"headers": {}, "authorization": None}))
            self._belt.keep(f"robots:{origin}", known, KEEP_S if known[:1] == b"1" else RETRY_S)
        if known[:1] == b"1":
            return Rules(self._read(known[1:]), self._agent)
        return Rules(None, self._agent, known[1:].decode("utf-8", "replace"))

    def _ask(self, origin: str, passport: Passport) -> bytes:
        """Return 1 and the text, or 0 and why it cannot be had."""
        try:
            answer = self._client.get(f"{origin}/robots.txt", {"Accept": "text/plain, */*;q=0.5"}, passport)
        except (Blocked, Refused):
            return b"1"  # no place to forbid anything, and what is no robots.txt forbids nothing
        except FetchError as error:
            if error.kind == "crowded" or error.kind in NO_WAY:  # of which the site knows nothing
                raise
            return b"0" + str(error).encode("utf-8", "replace")
        if answer.status >= 500:
            return b"0" + f"The server answered {answer.status}.".encode()
        return b"1" + text_of(answer)

    def _read(self, text: bytes) -> Protego:
        with self._lock:
            parsed = self._parsed.pop(text, None)
        if parsed is None:
            parsed = Protego.parse(text.decode("utf-8-sig", "replace"))
        with self._lock:
            self._parsed[text] = parsed
            while len(self._parsed) > PARSED_KEPT:
                self._parsed.popitem(last=False)
        return parsed


def text_of(answer: Response) -> bytes:
    """Return the rules in an answer; none where there is no such file (RFC 9309, 2.3.1.3), or a page in its stead."""
    if answer.status != 200 or answer.body.lstrip()[:1] == b"<":
        return b""
    return answer.body[:MAX_BYTES]


def product(user_agent: str) -> str:
    """Return the product's name, by which robots.txt names crawlers (RFC 9309, 2.2.1).

    >>> product("Wireroom/0.1 (+https://wireroom.example/about)")
    'Wireroom'
    """
    found = _PRODUCT.match(user_agent)
    return found[0] if found else "Wireroom"
