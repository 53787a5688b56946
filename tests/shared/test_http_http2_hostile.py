"""HTTP/2 from servers that mean ill: each ends as a failure of its own kind, by the limit that is for it."""

import random
import re
import socket
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from h2.errors import ErrorCodes
from hpack import Encoder

from shared.errors import FetchError
from shared.http.client import Limits
from shared.http.http2 import FRAME_BYTES, HEAD_BYTES
from tests.outlet.http2 import (
    CONTINUATION,
    DATA,
    GOAWAY,
    HEADERS,
    HTTP_1_1_REQUIRED,
    PING,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Frames,
    Http2Outlet,
    frame,
    goodbye,
)
from tests.outlet.patience import PATIENT
from tests.shared.test_http_http2 import BY_2, asking, pem, url

__all__ = ["pem"]

END_STREAM, END_HEADERS, PADDED, ACK = 1, 4, 8, 1
BEGUN = frame(SETTINGS, 0, 0)
OK = frame(HEADERS, END_HEADERS, 1, b"\x88")  # :status 200
ONE = frame(DATA, PADDED, 1, b"\xfe" + b"x" + bytes(254))  # a byte of a body, the rest is padding
IDLE, BYTES = "bring nothing", "larger than"
THEIRS = re.compile(r"b'|0x|[Ss]tream|state|seudo|received|HTTP as|\d{4}")  # of h2's sentences


def head(*fields: tuple[str, str], ends: bool = True) -> bytes:
    """Return the frame of a head that is coded without a table."""
    block = b"".join(
        b"\x00" + bytes([len(one)]) + one.encode() + bytes([len(two)]) + two.encode() for one, two in fields
    )
    return frame(HEADERS, END_HEADERS | ends, 1, block)


def bomb() -> bytes:
    """Return a block of 2 KB that unpacks to 7 MB: one long field, named again and again."""
    return Encoder().encode([(":status", "200"), ("a", "x" * 3500)]) + b"\xbe" * 2000


def pushed() -> bytes:
    """Return the promise of another answer, in good form."""
    asked = [(":method", "GET"), (":scheme", "https"), (":authority", "outlet.example"), (":path", "/more")]
    return frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2" + Encoder().encode(asked))


def endless(*parts: bytes, first: bytes = b"") -> Frames:
    def send(sock: socket.socket) -> None:
        sock.sendall(BEGUN + first)
        while True:
            sock.sendall(b"".join(parts) * 100)

    return send


def once(*parts: bytes) -> Frames:
    def send(sock: socket.socket) -> None:
        sock.sendall(BEGUN + b"".join(parts))
        while sock.recv(65536):
            pass

    return send


def hangs_up(*parts: bytes) -> Frames:
    return lambda sock: sock.sendall(BEGUN + b"".join(parts))


def failure(pem: Path, frames: Frames, limits: Limits = PATIENT) -> FetchError:
    with (
        Http2Outlet(pem, frames) as outlet,
        asking(outlet.port, pem, limits) as client,
    ):
        with pytest.raises(FetchError) as caught:
            client.get(url(outlet), passport=BY_2)
        assert len(outlet.connections) == 1
    return caught.value


@pytest.mark.parametrize(
    ("frames", "kind", "sentence"),
    [
        pytest.param(endless(BEGUN), "too_large", IDLE, id="settings"),
        pytest.param(endless(frame(SETTINGS, ACK, 0)), "too_large", IDLE, id="settings acknowledged"),
        pytest.param(endless(frame(PING, 0, 0, bytes(8))), "too_large", IDLE, id="pings"),
        pytest.param(endless(frame(PING, 0, 0, bytes(8)), first=OK), "too_large", IDLE, id="pings in a body"),
        pytest.param(endless(frame(PING, ACK, 0, bytes(8)), first=OK), "too_large", IDLE, id="pongs in a body"),
        pytest.param(endless(frame(DATA, 0, 1), first=OK), "too_large", IDLE, id="empty data"),
        pytest.param(endless(frame(DATA, 0, 1, b"x"), first=OK), "too_large", IDLE, id="crumbs"),
        pytest.param(endless(ONE, first=OK), "too_large", IDLE, id="padding"),
        pytest.param(endless(frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1"), first=OK), "too_large", IDLE, id="windows"),
        pytest.param(endless(frame(200, 0, 0, bytes(FRAME_BYTES)), first=OK), "too_large", IDLE, id="unknown frames"),
        pytest.param(endless(frame(200, 0, 0)), "too_large", IDLE, id="empty unknown frames"),
        pytest.param(endless(goodbye(1), first=OK), "too_large", IDLE, id="goodbyes"),
        pytest.param(endless(head((":status", "103"), ends=False)), "too_large", IDLE, id="interim answers"),
        pytest.param(endless(frame(DATA, 0, 1, bytes(FRAME_BYTES)), first=OK), "too_large", BYTES, id="body"),
        pytest.param(
            endless(frame(CONTINUATION, 0, 1, b"\x88"), first=frame(HEADERS, 0, 1, b"\x88")),
            "http",
            "its header fields go on without end",
            id="small continuations",
        ),
        pytest.param(
            endless(frame(CONTINUATION, 0, 1, bytes(FRAME_BYTES)), first=frame(HEADERS, 0, 1, b"\x88")),
            "too_large",
            f"larger than {HEAD_BYTES} bytes",
            id="large continuations",
        ),
    ],
)
def test_floods_end_by_their_limit(pem: Path, frames: Frames, kind: str, sentence: str) -> None:
    error = failure(pem, frames)
    assert (error.kind, sentence in str(error)) == (kind, True), str(error)


@pytest.mark.parametrize(
    "frames",
    [
        once(frame(HEADERS, END_HEADERS, 1, bomb())),
        once(frame(HEADERS, END_HEADERS | END_STREAM, 1, bomb())),
        once(frame(HEADERS, 0, 1, bomb()[:3000]), frame(CONTINUATION, END_HEADERS, 1, bomb()[3000:])),
        once(OK, frame(DATA, 0, 1, b"words"), frame(HEADERS, END_HEADERS | END_STREAM, 1, bomb()[1:])),
    ],
    ids=["head", "whole answer", "continued", "trailer"],
)
def test_header_fields_that_unpack_without_end_are_not_unpacked(pem: Path, frames: Frames) -> None:
    error = failure(pem, frames)
    assert (error.kind, str(error)) == ("too_large", "The answer has too many header fields, or too long ones.")


def test_a_frame_is_refused_by_its_first_bytes(pem: Path) -> None:
    announced = struct.pack(">I", FRAME_BYTES + 1)[1:] + bytes([DATA, 0, 0, 0, 0, 1])  # whose payload never comes
    error = failure(pem, once(OK, announced))
    assert (error.kind, "a frame is too large" in str(error)) == ("http", True)


@pytest.mark.parametrize(
    ("frames", "kind"),
    [
        pytest.param(once(pushed(), OK, frame(DATA, END_STREAM, 1, b"words")), "http", id="push"),
        pytest.param(once(frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff")), "http", id="window overflows"),
        pytest.param(once(frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0")), "http", id="window of nothing"),
        pytest.param(once(frame(SETTINGS, 0, 0, b"\0\4\xff\xff\xff\xff")), "http", id="settings of no sense"),
        pytest.param(once(frame(SETTINGS, 0, 0, b"\0")), "http", id="settings cut off"),
        pytest.param(once(frame(GOAWAY, 0, 0, b"\0")), "http", id="goodbye cut off"),
        pytest.param(once(goodbye(1, 2)), "truncated", id="goodbye with an error"),
        pytest.param(once(OK, goodbye(0)), "truncated", id="goodbye within the answer"),
        pytest.param(once(frame(RST_STREAM, 0, 1, b"\0\0\0\2")), "truncated", id="reset"),
        pytest.param(once(OK, frame(RST_STREAM, 0, 1, b"\0\0\0\0")), "truncated", id="reset within the answer"),
        pytest.param(once(frame(RST_STREAM, 0, 1, b"\xff\xff\xff\xff")), "truncated", id="reset for no known reason"),
        pytest.param(once(frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff\xff\xff")), "http", id="no HPACK"),
        pytest.param(once(frame(HEADERS, END_HEADERS, 1, b"\xfe")), "http", id="a field that is nowhere"),
        pytest.param(once(frame(HEADERS, END_HEADERS, 3, b"\x88")), "http", id="another stream"),
        pytest.param(once(frame(HEADERS, END_HEADERS, 0, b"\x88")), "http", id="no stream"),
        pytest.param(once(frame(DATA, 0, 1, b"words")), "http", id="data without a head"),
        pytest.param(once(frame(DATA, END_STREAM, 1, b"words")), "http", id="an answer without a head"),
        pytest.param(once(OK, frame(DATA, PADDED, 1, b"\xffx")), "http", id="more padding than there is"),
        pytest.param(once(head(("server", "x"))), "http", id="no status"),
        pytest.param(once(head((":status", "200"), (":status", "200"))), "http", id="two statuses"),
        pytest.param(once(head((":status", "abc"))), "http", id="a status that is none"),
        pytest.param(once(head((":status", "101"))), "http", id="switching protocols"),
        pytest.param(once(head((":status", "200"), (":path", "/"))), "http", id="a request's field"),
        pytest.param(once(head(("server", "x"), (":status", "200"))), "http", id="the status behind others"),
        pytest.param(once(head((":status", "200"), ("Server", "x"))), "http", id="capitals"),
        pytest.param(once(head((":status", "200"), ("connection", "close"))), "http", id="a connection's field"),
        pytest.param(once(head((":status", "200"), ("transfer-encoding", "chunked"))), "http", id="chunked"),
        pytest.param(once(head((":status", "200"), ("a", "x\r\nb: y"))), "http", id="a line within a field"),
        pytest.param(once(head((":status", "200"), ("content-length", "x"))), "http", id="a length that is none"),
        pytest.param(hangs_up(), "truncated", id="hangs up"),
        pytest.param(hangs_up(OK, frame(DATA, 0, 1, b"words")), "truncated", id="hangs up within the answer"),
        pytest.param(hangs_up(OK[:5]), "truncated", id="hangs up within a frame"),
        pytest.param(once(b"HTTP/1.1 200 OK\r\n\r\n"), "http", id="HTTP/1.1 after all"),
    ],
)
def test_what_no_server_may_send_is_no_answer(pem: Path, frames: Frames, kind: str) -> None:
    error = failure(pem, frames)
    assert error.kind == kind, str(error)
    assert not THEIRS.search(str(error)), str(error)


@pytest.mark.parametrize(
    ("frames", "sentence"),
    [
        (once(head((":status", "200"), ("a", "x\r\nb: y"))), "a header field holds a character that none may hold"),
        (once(frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff\xff\xff")), "its header fields cannot be unpacked"),
        (once(frame(CONTINUATION, END_HEADERS, 1, b"\x88")), "header fields go on that never began"),
        (once(frame(HEADERS, END_HEADERS, 3, b"\x88")), "it answers a request that there was not"),
        (once(frame(DATA, 0, 1, b"words")), "a body without a head"),
        (once(b"HTTP/1.1 200 OK\r\n\r\n"), "it answers by HTTP/1.1"),
        (once(OK, OK), "two heads of one answer"),
    ],
    ids=["line in a field", "no HPACK", "continuation alone", "another stream", "no head", "HTTP/1.1", "two heads"],
)
def test_what_a_server_does_wrong_is_said_in_a_sentence(pem: Path, frames: Frames, sentence: str) -> None:
    error = failure(pem, frames)
    assert str(error) == f"The server does not speak HTTP/2 as it should: {sentence}."


@pytest.mark.parametrize("code", [*(code for code in ErrorCodes if code != HTTP_1_1_REQUIRED), 77])
def test_a_server_that_breaks_off_is_told_with_its_reason(pem: Path, code: int) -> None:
    error = failure(pem, once(OK, goodbye(1, code) if code else goodbye(0)))
    assert re.fullmatch("The server broke its answer off, (for|and|since|without) [a-zA-Z/2 ]+\\.", str(error))


def test_a_server_that_says_no_more_is_left(pem: Path) -> None:
    error = failure(pem, once(OK), replace(PATIENT, read_s=0.5))
    assert (error.kind, str(error)) == ("timeout", "The server sent nothing for 0.5 s.")


def test_a_slow_server_ends_with_the_time_that_all_have(pem: Path) -> None:
    def drips(sock: socket.socket) -> None:
        sock.sendall(BEGUN + OK)
        sock.settimeout(0.1)
        while True:
            sock.sendall(frame(DATA, 0, 1, b"x" * 99))
            try:
                sock.recv(65536)
            except TimeoutError:
                continue

    assert failure(pem, drips, replace(PATIENT, total_s=1)).kind == "timeout"


@pytest.mark.parametrize("seed", range(12))
def test_noise_is_no_answer(pem: Path, seed: int) -> None:
    chance = random.Random(seed)
    noise = [
        frame(chance.choice([*range(11), 200]), chance.randrange(256), chance.choice([0, 0, 1, 1, 1, 2, 3]), payload)
        for payload in (chance.randbytes(chance.choice([0, 4, 5, 8, 30])) for _ in range(60))
    ]
    error = failure(pem, hangs_up(*noise[:20], OK, *noise[20:]))
    assert not THEIRS.search(str(error)), str(error)
