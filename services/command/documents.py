"""Documents to be looked at, from files and addresses."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import Malformed, NotAFeed, UsageError
from shared.packed import unpacked
from shared.rules import Rules
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.http.passport import Passport


@dataclass(frozen=True)
class Fetched:
    """A document from a file or an address."""

    data: bytes
    url: str
    media_type: str | None
    language: str | None = None  # Content-Language
    link: str | None = None  # of an article whose page was asked for elsewhere


def load(
    source: str, url: str, settings: Settings, passport: "Passport | None" = None, of_pages: Rules | None = None
) -> Fetched:
    """Return the document in a file, which came from `url`, or at an address, where `of_pages` leaves it at that.

    :raises UsageError: it cannot be read, or a rule cannot.
    :raises FetchError: it cannot be had.
    :raises PermanentError: it is none, or too large.
    """
    if source.startswith(("http://", "https://")):
        return _fetch(source, settings, passport, of_pages)
    data = unpacked(_file(source, settings), settings.max_document_bytes)
    return Fetched(data, url or Path(source).resolve().as_uri(), None)


def _file(source: str, settings: Settings) -> bytes:
    """Return what a file holds, as far as a document may be long."""
    try:
        with Path(source).open("rb") as file:
            data = file.read(settings.max_document_bytes + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"it cannot be read: {why(error)}.") from error
    if len(data) > settings.max_document_bytes:
        raise Malformed(f"it is longer than {settings.max_document_bytes} bytes (WIREROOM_MAX_DOCUMENT_BYTES).")
    return data


def _fetch(link: str, settings: Settings, passport: "Passport | None", of_pages: Rules | None) -> Fetched:
    from shared.http.client import NO_PASSPORT, Client
    from shared.rewriting import asked_at, keep_to_site

    client, url = Client.from_settings(settings), asked_at(of_pages, link)
    keep_to_site(link, url, client.is_inner)
    response = client.get(url, passport=passport or NO_PASSPORT)
    if response.status != 200:
        raise NotAFeed(f"the server answered {response.status}{f' at {url}' if url != link else ''}.")
    headers = response.headers
    told = headers.get("content-type"), headers.get("content-language")
    return Fetched(response.body, response.url, *told, link if link != url else None)


def why(error: OSError | ValueError) -> str:
    """Return in words why a file cannot be read."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
