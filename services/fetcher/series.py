"""An answer together with what it leads on to: the sitemaps of an index, the pages of a listing in JSON."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.fetcher import onward
from shared.bundle import TYPE, Bundle, Part, pack
from shared.errors import FetchError
from shared.http.client import Client, Response
from shared.http.passport import Passport, same_origin
from shared.messages import Kind, Target, split_digests

OK = 200
MOST_ASKED = onward.MOST_SITEMAPS + 2  # requests for the sitemaps of an index, with one or two indexes on the way
MOST_PAGES = 10  # of a listing, at one poll
MOST_BYTES = 10 * 2**20  # of all its pages; what is longer goes on at the next poll
MOST_S = 20.0  # after which nothing further is asked for
VALIDATORS = frozenset({"etag", "last-modified"})


def completed(client: Client, target: Target, answer: Response, passport: Passport) -> tuple[Response, int]:
    """Return a feed's answer with what it leads on to, and how many requests that took.

    A listing is followed until a page is known in part, within its own origin, so that credentials go nowhere else.

    :raises FetchError: no sitemap of an index can be had, or too much is under way here (`crowded`).
    """
    if answer.headers.get("content-type") == TYPE:  # which is ours to say
        answer = replace(answer, headers={**answer.headers, "content-type": ""})
    if target.kind is not Kind.FEED or answer.status != OK:
        return answer, 0
    named = onward.sitemaps(answer.body, answer.url)
    if named is not None:
        found, asked = _sitemaps(client, named, answer, target.url, passport)
        return _together(answer, found, own=False), asked
    more = _pages(client, target, answer, passport)
    return (_together(answer, more, own=True) if more else answer), len(more)


def _sitemaps(
    client: Client, named: Sequence[str], index: Response, feed: str, passport: Passport
) -> tuple[list[Response], int]:
    """Return the sitemaps that an index names, the newest first, as many as fit, and how many requests that took.

    It names no inner place to us, and what `passport` holds is for the origin of `feed` alone. What a robots.txt names
    may be an index in its turn.
    """
    began, own, plain = time.monotonic(), client.is_inner(index.url), passport.for_others()
    asked: set[str] = set()
    found: list[Response] = []
    failed: FetchError | None = None
    ahead = list(named)
    while ahead and len(asked) < MOST_ASKED and time.monotonic() - began < MOST_S and _size(found) < MOST_BYTES:
        url = ahead.pop(0)
        if url in asked or (not own and client.is_inner(url)):
            continue
        asked.add(url)
        answer = _had(client, url, passport if same_origin(url, feed) else plain)
        if isinstance(answer, FetchError):
            failed = failed or answer
            continue
        further = onward.sitemaps(answer.body, answer.url) if onward.is_robots(index.url) else None
        if further is None:
            found.append(answer)
        else:
            ahead += further
    if failed and not found:
        raise failed
    return found, len(asked)


def _pages(client: Client, target: Target, answer: Response, passport: Passport) -> list[Response]:
    began, known = time.monotonic(), frozenset(split_digests(target.known))
    pages = [answer]
    while len(pages) < MOST_PAGES and time.monotonic() - began < MOST_S and _size(pages) < MOST_BYTES:
        last = pages[-1]
        url = onward.next_page(last.body, last.headers, last.url, known, target.rules)
        if url is None or not same_origin(url, target.url) or url in {page.url for page in pages}:
            break
        page = _had(client, url, passport, {"Accept": "application/json"})
        if isinstance(page, FetchError) or page.status != OK:
            break
        pages.append(page)
    return pages[1:]


def _had(
    client: Client, url: str, passport: Passport, headers: Mapping[str, str] | None = None
) -> Response | FetchError:
    """Return an answer, or why there is none: one part that fails takes nothing from the others.

    :raises FetchError: that too much was under way here (`crowded`) is no failure of any part.
    """
    try:
        return client.get(url, headers, passport)
    except FetchError as error:
        if error.kind == "crowded":
            raise
        return error


def _size(pages: Sequence[Response]) -> int:
    return sum(len(page.body) for page in pages)


def _together(answer: Response, more: Sequence[Response], *, own: bool) -> Response:
    """Return answers as one; an index has no entries of its own, and its validators say nothing of its sitemaps."""
    answers = [one for one in (*([answer] if own else []), *more) if one.status == OK]
    if not answers:
        raise FetchError("http", "None of the sitemaps that the index names could be had.")
    parts = tuple(Part(one.url, one.body, one.headers.get("content-type")) for one in answers)
    headers = {name: text for name, text in answer.headers.items() if own or name not in VALIDATORS}
    size = sum(one.wire_bytes for one in (answer, *more))
    return replace(answer, headers=headers | {"content-type": TYPE}, body=pack(Bundle(parts)), wire_bytes=size)
