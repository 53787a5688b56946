"""Whether the web can be reached from here: where several sites fail alike and none answers, the fault is ours."""

import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog

from shared.http.addresses import is_public, is_web_name
from shared.http.sockets import NO_WAY
from shared.messages import Facts

SITES = 3  # that fail alike: one or two may be down together, and share a name server or a network
UNKNOWN = 0.25  # of a site is one whose name is unknown: such names die, but not a dozen while nobody answers
REMEMBERED_S = 900  # a site's failure counts for so long; what is handed back fails again within it
AGAIN_S = (120, 240)  # what could not be asked is asked again after so long, not all of it at once
AWAY = "the web cannot be reached from here"
log = structlog.get_logger()


class Reach:
    """What one process' fetches show of its own way to the web, one job after another."""

    def __init__(self) -> None:
        self._silent: dict[str, tuple[float, float]] = {}  # sites without a way since any answered: when, and how much
        self._since: float | None = None  # when the web was lost

    @property
    def is_lost(self) -> bool:
        """Whether nothing of the web can be reached, as far as can be told."""
        return self._since is not None

    def heard(self) -> None:
        """Note that the web answered."""
        self._silent.clear()
        if self._since is not None:
            log.info("the web can be reached again", after_s=round(time.monotonic() - self._since))
            self._since = None

    def missed(self, sites: Mapping[str, Facts]) -> None:
        """Note that there was no way to these sites, in a job in which nothing else of the web answered."""
        now = time.monotonic()
        self._silent = {site: one for site, one in self._silent.items() if now - one[0] < REMEMBERED_S}
        self._silent |= {site: (now, 1 if one.error_kind in NO_WAY else UNKNOWN) for site, one in sites.items()}
        if sum(counts for _, counts in self._silent.values()) < SITES:
            self._since = None
        elif self._since is None:
            self._since = now
            log.warning(AWAY, sites=len(self._silent), reason=next(iter(sites.values())).error)


def is_of_web(url: str) -> bool:
    """Return whether an address may be one of the whole internet's.

    >>> is_of_web("https://news.example/rss"), is_of_web("http://127.0.0.1:8077/"), is_of_web("file:///news")
    (True, False, False)
    """
    host = urlsplit(url).hostname or ""
    return is_web_name(host) or is_public(host)


def is_answered(facts: Facts) -> bool:
    """Return whether whoever was asked answered, if with an error."""
    return facts.status is not None


def is_missed(facts: Facts) -> bool:
    """Return whether there was no way to whoever was to be asked, be it the publisher's fault or ours."""
    return facts.error_kind in NO_WAY or facts.error_kind == "dns"
