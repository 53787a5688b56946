"""A mail server that lies, floods or stalls costs no more than the time and the bytes of one request."""

import base64
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.certificate import self_signed
from services.fetcher import imap
from services.fetcher.imap import Mailbox
from services.fetcher.sources import Drops, take
from shared.bundle import unpack
from shared.errors import FetchError
from shared.http.client import Client, Limits
from shared.http.passport import Passport, bearer
from shared.http.tls import ANY
from shared.messages import Kind, Outcome, Target
from shared.polling.failures import Failure, failure_of
from tests.line.mailserver import PASSWORD, USER, Caller, Scripted, saying
from tests.outlet.patience import PATIENT

Script = Callable[[Caller], None]
LIMITS = replace(PATIENT, body_bytes=2**20)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "server.pem"
    path.write_bytes(self_signed("localhost"))
    return path


def read_all(mailbox: Mailbox, most: int = 1000) -> list[bytes]:
    return [mailbox.read(one.name, most) for one in mailbox.measured(list(mailbox.files()))]


def read(certificate: Path, script: Script, limits: Limits = LIMITS, passport: Passport | None = None) -> list[bytes]:
    """Return the messages of a scripted server."""
    own = passport or Passport()
    with (
        Scripted(certificate, script) as server,
        Client(limits, [server.place], trust=certificate) as client,
        imap.opened(client, server.url, USER, "" if own.authorization else PASSWORD, own) as mailbox,
    ):
        return read_all(mailbox)


def refused(certificate: Path, script: Script, limits: Limits = LIMITS, passport: Passport | None = None) -> FetchError:
    """Return why a scripted server's mailbox cannot be had."""
    with pytest.raises(FetchError) as caught:
        read(certificate, script, limits, passport)
    return caught.value


def test_messages_are_read_as_they_are(certificate: Path) -> None:
    body = b"\0\r\n{9}\r\nw5 OK done\r\n)\xff"
    sent = saying(BODY=("* 1 FETCH (FLAGS (\\Seen))", f"* 1 FETCH (BODY[]<0> {{{len(body)}}}", body + b" UID 5)\r\n"))
    assert read(certificate, sent) == [body]
    assert read(certificate, saying(BODY=('* 1 FETCH (UID 5 BODY[]<0> "a \\"word\\"")',))) == [b'a "word"']


def test_a_size_that_is_no_size_takes_no_memory(certificate: Path) -> None:
    tracemalloc.start()
    error = refused(certificate, saying(BODY=("* 1 FETCH (UID 5 BODY[] {9999999999}",)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.kind == "too_large"
    assert most < 8 * 2**20


FLOODS: dict[str, Script] = {
    "lines": saying(SEARCH=("* 1 EXISTS",) * 20_000),
    "numbers": saying(SEARCH=("* SEARCH" + " 5" * 200_000,)),
    "numbers in many lines": saying(SEARCH=("* SEARCH" + " 5" * 5000,) * 10),
    "literals of nothing": saying(EXAMINE=(b"* " + b"{0}\r\n" * 5000,)),
    "no end of a line": saying(HELLO=(b"* OK " + b"words " * 100_000,)),
    "bytes in a line": saying(EXAMINE=(b"* OK " + b"x" * 2**22,)),
    "literals in a line": saying(EXAMINE=(b"* OK {3}\r\nabc" * 9,)),
    "literals": saying(
        BODY=("* 1 FETCH (UID 5 BODY[] {600}", b"x" * 600 + b" BODY[] {600}\r\n" + b"x" * 600 + b")\r\n")
    ),
    "questions": saying(EXAMINE=("+ more",) * 20_000),
}


@pytest.mark.parametrize("script", FLOODS.values(), ids=FLOODS)
def test_a_flood_ends_the_conversation(certificate: Path, script: Script) -> None:
    assert refused(certificate, script).kind == "too_large"


def test_more_bytes_than_a_request_may_have_end_it(certificate: Path) -> None:
    flood = saying(SEARCH=tuple("* 1 FETCH (X " + "x" * 200_000 + ")" for _ in range(20)))
    assert refused(certificate, flood).kind == "too_large"


def test_a_server_that_drips_or_stalls_is_left_in_time(certificate: Path) -> None:
    left = threading.Event()

    def drip(caller: Caller) -> None:
        caller.say(b"* OK ")
        while not left.wait(0.1):
            caller.say(b"x")

    with (
        Scripted(certificate, drip) as server,
        Client(Limits(total_s=1.5), [server.place], trust=certificate) as client,
    ):
        try:
            with pytest.raises(FetchError) as caught, imap.opened(client, server.url, USER, PASSWORD):
                pass
        finally:
            left.set()
    assert caught.value.kind == "timeout"


WRONG: dict[str, tuple[Script, str, Failure]] = {
    "the web": (saying(HELLO=("HTTP/1.1 400 Bad Request", "")), "not_a_feed", Failure.NOT_A_FEED),
    "smtp": (saying(HELLO=("220 mail ready",)), "not_a_feed", Failure.NOT_A_FEED),
    "another tag": (saying(EXAMINE=("other OK",)), "not_a_feed", Failure.NOT_A_FEED),
    "no numbers": (saying(EXAMINE=("* 1 EXISTS",)), "not_a_feed", Failure.NOT_A_FEED),
    "no such command": (saying(SEARCH=("TAG BAD what?",)), "not_a_feed", Failure.NOT_A_FEED),
    "bye at once": (saying(HELLO=("* BYE too many are here",)), "unavailable", Failure.SERVER),
    "bye midway": (saying(BODY=("* BYE [UNAVAILABLE] restart",)), "unavailable", Failure.SERVER),
    "unavailable": (saying(LOGIN=("TAG NO [UNAVAILABLE] the directory is down",)), "unavailable", Failure.SERVER),
    "too often": (saying(LOGIN=("TAG NO [LIMIT] ten a minute",)), "busy", Failure.BUSY),
    "in use": (saying(EXAMINE=("TAG NO [INUSE] locked",)), "busy", Failure.BUSY),
    "no mailbox": (saying(EXAMINE=("TAG NO what is that?",)), "missing", Failure.MISSING),
    "not ours": (saying(EXAMINE=("TAG NO [NOPERM] not yours",)), "login", Failure.DENIED),
    "no name": (saying(LOGIN=("TAG NO [AUTHENTICATIONFAILED] no",)), "login", Failure.DENIED),
    "no end of a code": (saying(LOGIN=("TAG NO [" + "A-" * 125_000,)), "login", Failure.DENIED),  # in linear time
    "no passwords": (saying(CAPABILITY=("* CAPABILITY IMAP4rev1 LOGINDISABLED",)), "login", Failure.DENIED),
    "a literal that ends early": (saying(BODY=("* 1 FETCH (UID 5 BODY[] {900}", b"x)\r\n", "* BYE")), "timeout",
                                  Failure.TIMEOUT),
}  # fmt: skip


@pytest.mark.parametrize(("script", "kind", "failure"), WRONG.values(), ids=WRONG)
def test_each_failure_has_its_class(certificate: Path, script: Script, kind: str, failure: Failure) -> None:
    error = refused(certificate, script, replace(PATIENT, read_s=1) if failure is Failure.TIMEOUT else PATIENT)
    assert (error.kind, failure_of(error.kind, error.status, Outcome.TRANSIENT)) == (kind, failure)


def test_a_server_that_hangs_up_midway_brings_nothing(certificate: Path) -> None:
    def hang_up(caller: Caller) -> None:
        caller.say("* OK ready")
        caller.hear()
        caller.say(b"* CAPABI")

    assert refused(certificate, hang_up).kind == "truncated"


def test_a_message_that_the_server_cannot_give_costs_no_other(certificate: Path) -> None:
    assert read(certificate, saying(BODY=("TAG NO it cannot be converted",))) == [b""]
    assert read(certificate, saying(BODY=("TAG OK it went",))) == [b""]


def test_a_message_that_is_longer_than_it_said_is_not_read(certificate: Path) -> None:
    long = saying(BODY=("* 1 FETCH (UID 5 BODY[]<0> {1001}", b"x" * 1001 + b")\r\n"))
    assert read(certificate, long) == [b""]


def test_messages_that_are_longer_than_they_said_fill_no_document_beyond_its_limit(certificate: Path) -> None:
    body, most = b"x" * 600_000, 2**20

    def understate(caller: Caller) -> None:
        caller.say("* PREAUTH ready")
        while command := caller.hear():
            lines: list[str | bytes] = ["* 9 EXISTS", "* OK [UIDVALIDITY 7] valid"]
            if "SEARCH" in command:
                lines = ["* SEARCH 1 2 3 4"]
            elif "BODY" in command:
                lines = [f"* 1 FETCH (UID {command.split()[2]} BODY[]<0> {{{len(body)}}}", body + b")\r\n"]
            elif "FETCH" in command:
                lines = [f"* {uid} FETCH (UID {uid} RFC822.SIZE 100)" for uid in range(1, 5)]
            caller.say(*lines, f"{caller.tag} OK done")

    with Scripted(certificate, understate) as server, Client(LIMITS, [server.place], trust=certificate) as client:
        target = Target(kind=Kind.FEED, id=1, token="t", url=server.url.replace("//", "//desk:pier@"), host="localhost")
        document = take(client, Drops(most_bytes=most), target, Passport()).body
    assert len(document) <= most
    bundle = unpack(document)
    assert ([part.body for part in bundle.parts], bundle.left_out) == ([body], 3)


def test_a_server_that_repeats_what_it_was_told_tells_nobody(certificate: Path) -> None:
    def repeat(caller: Caller) -> None:
        caller.say("* OK ready")
        caller.hear()
        caller.say("* CAPABILITY AUTH=PLAIN", f"{caller.tag} OK")
        caller.hear()
        tag = caller.tag
        caller.say("+ ")
        caller.hear()
        told = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        assert caller.tag == told
        caller.say(f"{tag} NO {told}, or {told.rstrip('=')}, is {PASSWORD}, which is wrong")

    sentence = str(refused(certificate, repeat))
    assert sentence == "The server does not let us in: NO …, or …, is …, which is wrong."


def test_a_server_that_repeats_a_quoted_password_tells_nobody(certificate: Path) -> None:
    def repeat(caller: Caller) -> None:
        caller.say("* OK ready")
        while command := caller.hear():
            caller.say(f"{caller.tag} {'BAD what is' if command.startswith('LOGIN') else 'OK'} {command}")

    with (
        Scripted(certificate, repeat) as server,
        Client(LIMITS, [server.place], trust=certificate) as client,
        pytest.raises(FetchError) as caught,
        imap.opened(client, server.url, USER, 'a "quoted" \\ one'),
    ):
        pass
    assert str(caught.value) == f'The server does not let us in: BAD what is LOGIN "{USER}" "…".'


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
@pytest.mark.parametrize("taken", [True, False])
def test_a_token_is_shown_in_a_password_s_place(certificate: Path, mechanism: str, taken: bool) -> None:
    heard: list[str] = []
    rest = saying(HELLO=())

    def ask(caller: Caller) -> None:
        caller.say("* OK ready")
        caller.hear()
        caller.say(f"* CAPABILITY IMAP4rev1 AUTH={mechanism}", f"{caller.tag} OK")
        heard.append(caller.hear())
        tag = caller.tag
        caller.say("+")
        caller.hear()
        heard.append(base64.b64decode(caller.tag).decode())
        if not taken:
            caller.say("+ eyJzdGF0dXMiOiI0MDEifQ==")
            caller.hear()
            heard.append(caller.tag)
        caller.say(f"{tag} {'OK' if taken else 'NO'} done")
        rest(caller)

    passport = Passport(authorization=bearer("t0ken"))
    if taken:
        assert read(certificate, ask, passport=passport) == [b"words"]
    else:
        assert refused(certificate, ask, passport=passport).kind == "login"
        assert heard.pop() == "*"
    assert heard[0] == f"AUTHENTICATE {mechanism}"
    assert f"{USER}\1auth=Bearer t0ken\1\1" in heard[1].replace(",\1", "\1")


def test_who_is_known_already_says_no_name(certificate: Path) -> None:
    known = saying(HELLO=("* PREAUTH welcome",), LOGIN=("TAG NO why?",), CAPABILITY=("TAG NO why?",))
    assert read(certificate, known) == [b"words"]


def test_a_name_that_cannot_be_quoted_is_not_sent(certificate: Path) -> None:
    with (
        Scripted(certificate, saying()) as server,
        Client(LIMITS, [server.place], trust=certificate) as client,
        pytest.raises(FetchError, match="printable ASCII"),
        imap.opened(client, server.url, USER, 'x"\r\nw9 DELETE INBOX'),
    ):
        pass


def test_a_pinned_certificate_is_believed(certificate: Path) -> None:
    with Scripted(certificate, saying()) as server, Client(LIMITS, [server.place]) as client:
        with imap.opened(client, server.url, USER, PASSWORD, Passport(pin=ANY)) as mailbox:
            assert read_all(mailbox) == [b"words"]
        with (
            pytest.raises(FetchError, match="It shows ") as caught,
            imap.opened(client, server.url, USER, PASSWORD, Passport(pin="0" * 64)),
        ):
            pass
    assert caught.value.kind == "tls"
