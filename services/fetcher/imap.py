"""A mailbox on a mail server, asked by IMAP under TLS (RFC 8314) at an address that is judged, and left as it is."""

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import unquote, urlsplit

from services.fetcher.imaptalk import LITERAL, Answer, Denial, Talk, mailbox, quoted
from services.fetcher.listing import MOST_FILES, File
from services.fetcher.place import Place
from services.fetcher.secure import begun
from shared.bundle import MAIL, MAIL_CUT, file_digest
from shared.errors import FetchError
from shared.hosts import IMAPS_PORT
from shared.http.client import NO_PASSPORT, Client
from shared.http.exchange import Exchange
from shared.http.mishaps import explain
from shared.http.passport import Passport

BEGIN_BYTES = 2**20  # of a message that is too large as a whole: its text comes before what is attached
UNMEASURED = 1  # bytes, until a message is chosen: most are known already, and some servers read each to tell its size
MOST_NUMBERS = 2 * MOST_FILES  # that a server may list where so many are asked for: some come meanwhile
MOST_SAID = 200  # characters of what a server says of itself
_CODE = re.compile(r"OK \[(UIDVALIDITY|UIDNEXT) ([0-9]{1,10})\]", re.IGNORECASE)
_COUNT = re.compile(r"([0-9]{1,10}) EXISTS\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\S)[0-9]{1,10}(?!\S)")
_UID = re.compile(r"\bUID ([0-9]{1,10})\b", re.IGNORECASE)
_SIZE = re.compile(r"\bRFC822\.SIZE ([0-9]{1,19})\b", re.IGNORECASE)
_BODY = re.compile(rf'\bBODY\[\](?:<0>)? ({LITERAL}|"(?:[^"\\]|\\.)*")', re.IGNORECASE)
_KINDS = {  # of failures, by RFC 5530's response codes
    "LIMIT": "busy", "INUSE": "busy", "OVERQUOTA": "busy",
    "UNAVAILABLE": "unavailable", "SERVERBUG": "unavailable", "CORRUPTION": "unavailable",
    "CONTACTADMIN": "unavailable",
    "AUTHENTICATIONFAILED": "login", "AUTHORIZATIONFAILED": "login", "EXPIRED": "login", "PRIVACYREQUIRED": "login",
    "NOPERM": "login", "NONEXISTENT": "missing",
}  # fmt: skip
_KINDS_OF_VERBS = {"AUTHENTICATE": "login", "LOGIN": "login", "EXAMINE": "missing"}
_SENTENCES = {
    "login": "The server does not let us in",
    "missing": "The server does not open the mailbox",
    "busy": "The server is asked for too much",
}


@dataclass(frozen=True)
class Message(File):
    """One message. It never changes, so that its number tells it from all others (RFC 3501, 2.3.1.1)."""

    @property
    def digest(self) -> str:
        """What it is known by."""
        return file_digest(self.name, 0, 0)


class Mailbox(Place):
    """One mailbox, opened for reading alone: nothing of it is marked as seen."""

    def __init__(self, talk: Talk, name: str) -> None:
        self._talk = talk
        answers = [answer.words for answer in talk.ask(f"EXAMINE {mailbox(name)}")]
        codes = {found[1].upper(): found[2] for answer in answers if (found := _CODE.match(answer))}
        self._count = max((int(found[1]) for answer in answers if (found := _COUNT.match(answer))), default=0)
        self._validity, self._next = codes.get("UIDVALIDITY"), codes.get("UIDNEXT")
        if self._validity is None:
            raise FetchError("not_a_feed", "The server gives its messages no numbers that stay.")

    @property
    def mark(self) -> str | None:
        """What is another whenever a message came or went; None: that cannot be told."""
        return f'"{self._validity}-{self._next}-{self._count}"' if self._next else None

    def files(self) -> Iterator[Message]:
        """Yield the newest messages, as many as are looked at, in the order in which they came."""
        if not self._count:
            return
        newest = f"{max(1, self._count - MOST_FILES + 1)}:*"
        answers = self._talk.ask(f"UID SEARCH {newest}")
        lists = [answer.words[len("SEARCH") :] for answer in answers if answer.words[:6].upper() == "SEARCH"]
        for count, found in enumerate(_NUMBER.finditer(" ".join(lists))):
            if count >= MOST_NUMBERS:
                raise FetchError("too_large", f"The server lists more than {MOST_NUMBERS} messages.")
            yield Message(f"{self._validity}-{int(found[0])}", UNMEASURED, int(found[0]))

    def measured(self, chosen: Sequence[File]) -> tuple[File, ...]:
        """Return messages with their sizes; those that went meanwhile are left out."""
        if not chosen:
            return ()
        numbers = ",".join(str(_number(message.name)) for message in chosen)
        sizes = {}
        for answer in self._talk.ask(f"UID FETCH {numbers} (UID RFC822.SIZE)"):
            uid, size = _UID.search(answer.words), _SIZE.search(answer.words)
            if uid and size:
                sizes[int(uid[1])] = int(size[1])
        found = ((message, sizes.get(_number(message.name))) for message in chosen)
        return tuple(replace(message, size=max(1, size)) for message, size in found if size is not None)

    def room_of(self, file: File, most: int) -> int:
        """Return how many bytes of a message are taken: the first ones of one that is too large."""
        return file.size if file.size <= most else min(most, BEGIN_BYTES)

    def take(self, file: File, most: int) -> tuple[str | None, bytes]:
        """Return what a message is, and its bytes."""
        if file.size > most:
            return MAIL_CUT, self.begin(file.name, self.room_of(file, most))
        return MAIL, self.read(file.name, most)

    def read(self, name: str, most: int) -> bytes:
        """Return a message's bytes: none of one that is longer than `most`, or that the server cannot give."""
        body = self.begin(name, most + 1)
        return body if len(body) <= most else b""

    def begin(self, name: str, most: int) -> bytes:
        """Return so many bytes of a message at most, from its first on: none if the server cannot give them."""
        number = _number(name)
        try:
            answers = self._talk.ask(f"UID FETCH {number} (UID BODY.PEEK[]<0.{most}>)", most=most)
        except Denial as denial:
            if denial.status == "NO" and denial.code not in _KINDS:  # of this message: others can be had
                return b""
            raise
        bodies = (_body(answer) for answer in answers if (uid := _UID.search(answer.words)) and int(uid[1]) == number)
        return next((body for body in bodies if body is not None), b"")


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _body(answer: Answer) -> bytes | None:
    found = _BODY.search(answer.words)
    if found is None:
        return None
    if found[1] == LITERAL:
        return answer.literals[answer.words.count(LITERAL, 0, found.start(1))]
    return re.sub(r"\\(.)", r"\1", found[1][1:-1]).encode()


@contextmanager
def opened(client: Client, url: str, user: str, password: str, passport: Passport = NO_PASSPORT) -> Iterator[Mailbox]:
    """Yield the mailbox that an imaps: address names; with the passport's token in place of a password, if it has one.

    :raises Blocked: the server may not be reached.
    :raises FetchError: it cannot be had.
    """
    parts = urlsplit(url)
    token = (passport.authorization or "").removeprefix("Bearer ") if not password else ""
    secrets = [password, quoted(password)[1:-1], token]  # and what of them was sent
    if not user:
        raise FetchError("login", "A mailbox is opened with a name and a password: `wireroom feeds access` takes them.")
    with client.exchange(passport.timeout_s) as exchange:
        try:
            connect = partial(_connected, exchange, parts.hostname or "", parts.port or IMAPS_PORT)
            wire = begun(client, passport.pin, connect)
            with closing(wire), closing(Talk(exchange, wire, secrets)) as talk:
                if not talk.greeted():
                    _log_in(talk, user, password, token)
                yield Mailbox(talk, unquote(parts.path).removeprefix("/"))
                talk.leave()
        except (Denial, OSError, EOFError) as error:
            raise _explain(error, secrets) from error


def _connected(exchange: Exchange, host: str, port: int, tls: ssl.SSLContext) -> ssl.SSLSocket:
    wire = exchange.dial(host, port)
    try:
        return tls.wrap_socket(wire, server_hostname=host)
    except BaseException:
        wire.close()
        raise


def _log_in(talk: Talk, user: str, password: str, token: str) -> None:
    """Say who we are: by token (RFC 7628, or as it was done before), else by name and password (RFC 4616).

    :raises Denial: the server does not take it.
    :raises FetchError: it takes nothing that we have.
    """
    can = {word.upper() for answer in talk.ask("CAPABILITY") for word in answer.words.split()}
    if token and "AUTH=OAUTHBEARER" in can:
        escaped = user.replace("=", "=3D").replace(",", "=2C")
        talk.prove("OAUTHBEARER", f"n,a={escaped},\1auth=Bearer {token}\1\1")
    elif token:
        talk.prove("XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1")
    elif "AUTH=PLAIN" in can:
        talk.prove("PLAIN", f"\0{user}\0{password}")
    elif "LOGINDISABLED" in can:
        raise FetchError("login", "The server takes no password: see whether it takes a token.")
    elif not f"{user}{password}".isascii() or not f"{user}{password}".isprintable():
        raise FetchError("login", "The server takes a name and a password in printable ASCII alone.")
    else:
        talk.ask(f"LOGIN {quoted(user)} {quoted(password)}")


def _explain(error: Exception, secrets: Sequence[str] = ()) -> FetchError:
    said = str(error)
    for secret in filter(None, secrets):  # the server may repeat what it was told
        said = said.replace(secret, "…")
    said = "".join(char if char.isprintable() else " " for char in said)
    said = " ".join(said.split())[:MOST_SAID].rstrip(".")
    if isinstance(error, Denial):
        wrong = "not_a_feed" if error.status == "BAD" else "unavailable"
        known = _KINDS.get(error.code) or ("unavailable" if error.status == "BYE" else _KINDS_OF_VERBS.get(error.verb))
        kind = known or wrong
        return FetchError(kind, f"{_SENTENCES.get(kind, 'The server does not do it')}: {said}.")
    if isinstance(error, TimeoutError | ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return explain(error)
    broke = "" if isinstance(error, ssl.SSLError) else said.lower()
    return FetchError("truncated", f"The connection broke: {broke or 'the server hung up'}.")
