"""Folders and mailboxes as feeds, each behind the same target: on this machine, by FTP, by SFTP or by IMAP.

Their new files travel as one bundle, so that they are leased, read and committed like any document.
"""

import base64
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from services.fetcher import folder, ftp, imap, sftp
from services.fetcher.listing import Choice, choose
from services.fetcher.place import Place
from shared.bundle import TYPE, Bundle, Part, pack
from shared.errors import Blocked
from shared.hosts import without_password
from shared.http.client import Client, Response
from shared.http.passport import Passport
from shared.messages import Target
from shared.settings import Settings

HEAD_BYTES, PART_BYTES = 200, 100  # of a bundle beside its parts, and of a part beside its address and its bytes
SHARE_OF_TIME = 0.6  # of a request's time, after which no further file is begun


@dataclass(frozen=True)
class Drops:
    """What the operator allows of folders, here and elsewhere."""

    folder: Path | None = None
    known_hosts: Path | None = None
    key: Path | None = None
    most_bytes: int = 10 * 2**20
    total_s: float = 30.0

    @classmethod
    def from_settings(cls, settings: Settings) -> "Drops":
        """Return what the settings allow."""
        return cls(
            settings.drop_dir,
            settings.sftp_known_hosts,
            settings.sftp_key,
            settings.max_document_bytes,
            settings.total_timeout_s,
        )


NO_DROPS = Drops()


def take(client: Client, drops: Drops, target: Target, passport: Passport) -> Response:
    """Return the new files of the folder that `target` names, as one document; 304 where there is nothing new.

    A mailbox that is as it was is not even listed.

    :raises Blocked: it may not be read.
    :raises FetchError: it cannot be.
    """
    began = time.monotonic()
    with _opened(client, drops, target.url, passport) as place:
        if place.mark and place.mark == target.validators.etag:
            return _unchanged(target.url, began)
        choice = choose(place.files(), target.known)
        choice = replace(choice, take=place.measured(choice.take))
        late_at = began + SHARE_OF_TIME * (passport.timeout_s or drops.total_s)
        parts, waiting = _read(place, choice, target.url, drops, late_at)
    size = sum(len(part.body) for part in parts)
    if not parts and not choice.gone:
        return _unchanged(target.url, began)
    body = pack(Bundle(tuple(parts), choice.kept, choice.left_out + waiting))
    headers = {"content-type": TYPE} | ({"etag": place.mark} if place.mark else {})
    return Response(200, without_password(target.url), headers, body, size, _since_ms(began))


def _unchanged(url: str, began: float) -> Response:
    return Response(304, without_password(url), {}, b"", 0, _since_ms(began))


def _since_ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _opened(client: Client, drops: Drops, url: str, passport: Passport) -> AbstractContextManager[Place]:
    scheme = urlsplit(url).scheme.lower()
    if scheme == "file":
        return folder.opened(url, drops.folder)
    user, password = _credentials(url, passport)
    if scheme in {"ftp", "ftps"}:
        return ftp.opened(client, url, user, password, passport)
    if scheme == "sftp":
        return sftp.opened(client, url, user, password, drops.known_hosts, drops.key, passport.timeout_s)
    if scheme == "imaps":
        return imap.opened(client, url, user, password, passport)
    raise Blocked("blocked", f"No feed is read from {scheme[:20]}: addresses.")


def _read(place: Place, choice: Choice, url: str, drops: Drops, late_at: float) -> tuple[list[Part], int]:
    """Return what was read, and how many files have to wait: as many as fit one document and its time are read.

    A file that is too large is not read, and said to be so in its stead; of a message the beginning is.
    """
    parts: list[Part] = []
    most = drops.most_bytes - len(choice.kept) - HEAD_BYTES
    left, waiting = most, 0
    for file in choice.take:
        part = Part(_address(url, file.name), b"", file=file.digest)
        room = left - len(part.url) - PART_BYTES
        if parts and (time.monotonic() > late_at or room < place.room_of(file, most)):
            waiting += 1
            continue
        kind, body = place.take(file, most)
        left = room - len(body)
        if parts and left < 0:  # it is larger than it was said to be, and so may the others be
            waiting += 1
            continue
        parts.append(replace(part, body=body, media_type=kind))
    return parts, waiting


def _address(url: str, name: str) -> str:
    """Return the address of a folder's file, with the query of the folder's: it says whose messages are taken."""
    parts = urlsplit(without_password(url))
    return parts._replace(path=f"{parts.path.rstrip('/')}/{quote(name)}").geturl()


def _credentials(url: str, passport: Passport) -> tuple[str, str]:
    """Return user name and password: those that are kept sealed, else those in the address."""
    kind, _, text = (passport.authorization or "").partition(" ")
    if kind.lower() == "basic":
        user, _, password = base64.b64decode(text).decode().partition(":")
        return user, password
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")
