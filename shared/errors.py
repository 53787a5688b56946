"""Every way that work can fail, and what happens to it next.

WireroomError
+ UsageError            the operator asked for something that cannot be: said, exit status 2
+ TransientError        the world is not ready (database down, Redis full): the message goes back, tried again
+ FetchError            one resource could not be had; `kind` says why, the feed backs off
|   - Refused               the answer broke a limit (too large, too slow, too deep)
|   - Blocked               the address may not be reached
+ PermanentError        this input will never do: recorded or set aside with its reason, not retried
    - NotAFeed              the document is no feed, sitemap or agency item
    - Unmet                 a rule of the feed's own meets nothing in the document
    - Malformed             the bytes do not hold what they promise

Anything else is a bug. It leaves its `begun` mark on the belt, so that the lease's end counts it as an attempt; a feed
that keeps failing alone is parked with its document, and everything else goes on.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class WireroomError(Exception):
    """Any failure that Wireroom itself names."""


class UsageError(WireroomError):
    """The operator's words are wrong; the sentence says what to do."""


class TransientError(WireroomError):
    """The world is not ready; the same work may succeed in a moment."""


class FetchError(WireroomError):
    """One resource could not be had.

    `kind` is a stable word for statistics and back-off: dns, lookup, unreachable, connect, tls, timeout, truncated,
    redirect, http, too_large, blocked.
    """

    def __init__(
        self, kind: str, sentence: str, *, retry_after_s: int | None = None, status: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.status = status


class Refused(FetchError):
    """The answer broke one of our limits and was turned down."""


class Blocked(FetchError):
    """The address is none that may be reached."""


class PermanentError(WireroomError):
    """This input will never do."""


class NotAFeed(PermanentError):
    """The document is no feed, sitemap or agency item."""


class Unmet(PermanentError):
    """What the operator's rule for a feed looks for is not in the document: its layout may have changed."""


class Malformed(PermanentError):
    """The bytes do not hold what they promise."""


class Failed:
    """What `contain` returns in place of a value: the error that stopped the work."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __str__(self) -> str:
        text = " ".join(str(self.error).split())
        return f"{type(self.error).__name__}: {text[:300]}" if text else type(self.error).__name__


def contain(work: Callable[[], T]) -> T | Failed:
    """Return what `work` returns, or `Failed` with whatever it raised: the product's one catch-all.

    It stands where a stranger's bytes or a bug meet a loop that has to go on: around one entry, and around one message.
    """
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught, see above
        return Failed(error)
