"""A conversation with a mail server in IMAP (RFC 3501, RFC 9051): each answer is judged as it comes, and bounded.

Not by imaplib, which takes room for whatever size a server announces, keeps all lines of an answer before anybody
counts them, and sends the names of mailboxes as they are.
"""

import base64
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass

from shared.errors import FetchError
from shared.http.exchange import Exchange

LINE_BYTES = 256 * 1024  # of one answer beside its literals: the numbers of 5,000 messages take 55 KB
MOST_ANSWERS = 10_000  # to one command: some tell what others do in the mailbox meanwhile
MOST_LITERALS = 10  # in one answer
LITERAL = "\0"  # stands in an answer's words for what came as a literal
_LITERAL = re.compile(rb"\{([0-9]{1,19})\}\r?\n\Z")
_STATUS = re.compile(r"(OK|NO|BAD|BYE|PREAUTH)(?: \[([A-Z0-9-]{1,40})\b)?", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """One answer of a server."""

    tag: str  # whose command it ends; * of what it says beside, + where it waits for more
    words: str
    literals: tuple[bytes, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether it says that all is well."""
        return bool(re.match(r"OK\b", self.words, re.IGNORECASE))

    @property
    def is_bye(self) -> bool:
        """Whether it says that the server hangs up."""
        return self.tag == "*" and bool(re.match(r"BYE\b", self.words, re.IGNORECASE))


class Denial(Exception):
    """The server does not do what it was asked for: it answers NO or BAD, or says BYE."""

    def __init__(self, answer: Answer, verb: str) -> None:
        found = _STATUS.match(answer.words)
        self.verb = verb  # of the command; empty: it had not been asked for anything yet
        self.status = found[1].upper() if found else ""
        self.code = (found[2] or "").upper() if found else ""  # RFC 5530 lists them
        super().__init__(answer.words)


class Talk:
    """A conversation over a wire of ours, from the server's greeting on."""

    def __init__(self, exchange: Exchange, wire: ssl.SSLSocket, secrets: list[str]) -> None:
        self._exchange, self._wire = exchange, wire
        self._heard, self._asked = wire.makefile("rb"), 0
        self._secrets = secrets  # nobody is to be told them where the server repeats them

    def ask(self, command: str, *replies: str, most: int = 0) -> list[Answer]:
        """Return what the server says to a command, with literals of `most` bytes in all.

        Where it asks back it is told `replies`, one after another, and after them that we give up.

        :raises Denial: it does not do it.
        :raises FetchError: what it says breaks a limit or the protocol.
        :raises EOFError: it hung up.
        """
        self._asked += 1
        self._say(f"{self._tag} {command}")
        answers: list[Answer] = []
        ready = iter((*replies, "*"))
        while len(answers) <= MOST_ANSWERS:
            answer = self.hear(most)
            if answer.tag == self._tag and answer.is_ok:
                return answers
            if answer.tag == self._tag or answer.is_bye:
                raise Denial(answer, command.partition(" ")[0])
            if answer.tag == "+" and (reply := next(ready, None)):
                self._say(reply)
            most -= sum(map(len, answer.literals))
            answers.append(answer)
        raise FetchError("too_large", f"The server answers with more than {MOST_ANSWERS} lines.")

    def prove(self, mechanism: str, proof: str) -> None:
        """Say who we are by a mechanism that takes one answer (RFC 4422).

        :raises Denial: the server does not take it.
        """
        said = base64.b64encode(proof.encode()).decode()
        self._secrets += said, said.rstrip("=")  # as some write it
        self.ask(f"AUTHENTICATE {mechanism}", said)

    def hear(self, most: int = 0) -> Answer:
        """Return the next answer.

        :raises FetchError: it is longer than allowed, or none of IMAP's.
        :raises EOFError: the server hung up.
        """
        literals: list[bytes] = []
        words = line = self._line(LINE_BYTES)
        room = most
        while found := _LITERAL.search(line):
            size = int(found[1])
            if len(literals) == MOST_LITERALS:
                raise FetchError("too_large", f"The server answers with more than {MOST_LITERALS} literals at once.")
            if size > room:
                raise FetchError(
                    "too_large", f"The server announces {size} bytes, where {room} were asked for at most."
                )
            literals.append(self._heard.read(size))
            if len(literals[-1]) < size:
                raise EOFError
            room -= size
            line = self._line(LINE_BYTES - len(words))
            words = words[: -len(found[0])] + LITERAL.encode() + line
        tag, _, rest = words.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
        if not (tag in {"*", "+"} or (self._asked and tag == self._tag)):
            raise FetchError("not_a_feed", "The server does not speak IMAP.")
        return Answer(tag, rest, tuple(literals))

    def greeted(self) -> bool:
        """Return, at the begin, whether the server knows already who we are.

        :raises Denial: it does not want to talk.
        :raises FetchError: it does not greet as mail servers do.
        """
        answer = self.hear()
        known = answer.words[:7].upper() == "PREAUTH"
        if answer.is_bye:
            raise Denial(answer, "")
        if answer.tag != "*" or not (answer.is_ok or known):
            raise FetchError("not_a_feed", "The server does not speak IMAP.")
        return known

    def close(self) -> None:
        """Hear nothing more."""
        self._heard.close()

    def leave(self) -> None:
        """Say that we go; whether the server hears it, or has gone before, is all one."""
        with suppress(OSError, FetchError):
            self._say("bye LOGOUT")

    @property
    def _tag(self) -> str:
        return f"w{self._asked}"

    def _say(self, line: str) -> None:
        self._wire.settimeout(self._exchange.left_s())
        self._wire.sendall(f"{line}\r\n".encode("ascii"))

    def _line(self, most: int) -> bytes:
        line = self._heard.readline(most + 1)
        if len(line) > most:
            raise FetchError("too_large", f"The server answers with a line of more than {LINE_BYTES // 1024} KiB.")
        if not line.endswith(b"\n"):
            raise EOFError
        return line.replace(LITERAL.encode(), b"?")  # which no line may hold


def quoted(text: str) -> str:
    r"""Return a string in printable ASCII as commands write it.

    >>> print(quoted('The "Harbour"'))
    "The \"Harbour\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def mailbox(name: str) -> str:
    """Return the name of a mailbox as commands write it (RFC 3501, 5.1.3).

    >>> print(mailbox("Presse & Médias"))
    "Presse &- M&AOk-dias"
    """
    return quoted(_OTHER.sub(_shifted, name.replace("&", "&-")))


_OTHER = re.compile(r"[^ -~]+")


def _shifted(found: re.Match[str]) -> str:
    return f"&{base64.b64encode(found[0].encode('utf-16-be')).decode().rstrip('=').replace('/', ',')}-"
