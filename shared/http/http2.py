"""HTTP/2 (RFC 9113) on one connection, one request at a time, received on account of the thread's exchange.

    bytes ▶ whole frames, none too large, none too many ▶ h2 ▶ events ▶ an answer, whose body is read like a file

Imported where a server takes it, and not before.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import urllib3
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error, InvalidBodyLengthError
from h2.settings import SettingCodes, Settings

from shared.errors import FetchError, Refused
from shared.http.exchange import current
from shared.http.misspoken import broken_off, explained, misspoken

FRAME_BYTES = 2**14  # the payload of a frame, the least that any peer must take; none is allowed more
HEAD_BYTES = 2**16  # header fields of one block, unpacked, each 32 more than it has (RFC 9113, 6.5.2)
WINDOW_BYTES = 2**20  # that may be under way to us
FRAME_COST = 64  # bytes that a frame counts for beside its own
IDLE_BYTES = 2 * HEAD_BYTES  # of frames beside twice the body that they bring; see `_count`
_HEAD = 9  # bytes before the payload of a frame (RFC 9113, 4.1)
_GOAWAY = 7
_NOT_SENT = frozenset(
    {"host", "connection", "keep-alive", "te", "proxy-connection", "transfer-encoding", "upgrade"}
)  # 8.2.2
_STATUS = re.compile(b"[2-5][0-9][0-9]")
_BODILESS = frozenset({204, 304})


class Http2:
    """One connection whose server took HTTP/2."""

    def __init__(self, sock: Any) -> None:  # under TLS, be that within a proxy's
        self._sock, self._buffer = sock, bytearray(FRAME_BYTES + _HEAD)
        self._held = bytearray()  # of a frame that has not come whole
        self._leaving = False  # the server said goodbye
        self._answer: Answer | None = None
        self._h2 = H2Connection(H2Configuration(header_encoding=None))
        self._h2.local_settings = Settings(
            client=True,
            initial_values={
                SettingCodes.ENABLE_PUSH: 0,
                SettingCodes.INITIAL_WINDOW_SIZE: WINDOW_BYTES,
                SettingCodes.MAX_FRAME_SIZE: FRAME_BYTES,
                SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_BYTES,
            },
        )
        self._h2.decoder.max_header_list_size = HEAD_BYTES
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(WINDOW_BYTES)

    @property
    def is_free(self) -> bool:
        """Whether another request may be sent on it."""
        return not (self._leaving or self._held or (self._answer and not self._answer.ended))

    def send(self, method: str, authority: str, path: str, headers: Mapping[str, str | bytes], body: bytes) -> None:
        """Send a request; `answer` returns what comes of it.

        :raises FetchError: the server broke off.
        """
        fields: list[tuple[str, str | bytes]] = [(":method", method), (":scheme", "https")]
        fields += [(":authority", authority), (":path", path)]
        fields += [(name.lower(), said) for name, said in headers.items() if name.lower() not in _NOT_SENT]
        self._spent, self._brought = 0, 0
        try:
            stream = self._h2.get_next_available_stream_id()
            self._answer = Answer(self, stream)
            self._h2.send_headers(stream, [(_bytes(name), _bytes(said)) for name, said in fields], end_stream=not body)
        except H2Error as error:
            raise explained(error) from error
        self._flush()
        self._post(stream, memoryview(body))

    def answer(self, method: str, path: str) -> urllib3.HTTPResponse:
        """Return the head of the answer; the body is read from here.

        :raises FetchError: none came.
        """
        answer = self._answer
        assert answer is not None
        while not (answer.status or answer.ended):
            self.receive()
        if not answer.status:
            raise misspoken("a body without a head")
        file: Any = answer  # it does what of a file, and of http.client's answer, is asked of it
        return urllib3.HTTPResponse(
            file, answer.headers, answer.status, version=20, version_string="HTTP/2", preload_content=False,
            decode_content=False, original_response=file, request_method=method, request_url=path,
        )  # fmt: skip

    def receive(self) -> None:
        """Take what comes next.

        :raises FetchError: nothing does, or what no server may send.
        :raises Refused: more than is allowed.
        """
        count = self._sock.recv_into(self._buffer)
        if not count:
            raise FetchError("truncated", "The server hung up before the end of its answer.")
        self._held += memoryview(self._buffer)[:count]
        try:
            for frame in self._frames():
                self._count(frame)
                if frame[3] == _GOAWAY:
                    self._leave(frame)
                else:
                    for event in self._h2.receive_data(frame):
                        self._take(event)
        except InvalidBodyLengthError as error:
            if not self._answer or self._answer.status not in _BODILESS:  # whose length is that of what it spares us
                raise explained(error) from error
            self._answer.ended = self._leaving = True
        except H2Error as error:
            raise explained(error) from error
        with suppress(OSError):
            self._flush()  # what acknowledges; whether the server still hears it is told by what it sends next

    def _frames(self) -> Iterator[bytes]:
        """Yield the frames that are there as a whole; h2 would hold what there is of one of 16 MiB."""
        while len(self._held) >= _HEAD:
            size = int.from_bytes(self._held[:3], "big")
            if size > FRAME_BYTES:
                raise misspoken("a frame is too large" if self._held[:5] != b"HTTP/" else "it answers by HTTP/1.1")
            if len(self._held) < _HEAD + size:
                return
            frame = bytes(self._held[: _HEAD + size])
            del self._held[: _HEAD + size]
            yield frame

    def _count(self, frame: bytes) -> None:
        """Return if frames may be as many as they are.

        Small ones cost more than their bytes: settings, pings, empty frames and crumbs of a body, without end.
        """
        self._spent += FRAME_COST + len(frame)
        if self._spent > IDLE_BYTES + 2 * self._brought:
            raise Refused("too_large", "The server sends frames without end that bring nothing.")

    def _leave(self, frame: bytes) -> None:
        """Take a goodbye, behind which an answer may still come: h2 takes none after it (RFC 9113, 6.8)."""
        self._leaving = True
        if len(frame) < _HEAD + 8:
            raise misspoken("a goodbye is too short")
        last, code = (int.from_bytes(frame[at : at + 4], "big") for at in (_HEAD, _HEAD + 4))
        answer = self._answer
        unprocessed = answer is not None and last & 0x7FFFFFFF < answer.stream
        if answer and not answer.ended and (code or unprocessed):
            raise broken_off(code, unprocessed=unprocessed and not answer.status)

    def _take(self, event: Event) -> None:
        answer = self._answer
        if answer is None or getattr(event, "stream_id", answer.stream) != answer.stream:
            return
        if isinstance(event, ResponseReceived):
            answer.begin(event)
        elif isinstance(event, DataReceived):
            self._brought += len(event.data)
            answer.data += event.data
            if event.flow_controlled_length:
                self._h2.acknowledge_received_data(event.flow_controlled_length, answer.stream)
        elif isinstance(event, StreamEnded):
            answer.ended = True
        elif isinstance(event, StreamReset) and not answer.ended:
            raise broken_off(event.error_code, unprocessed=event.error_code == ErrorCodes.REFUSED_STREAM)

    def _post(self, stream: int, body: memoryview) -> None:
        while body and self._answer and not self._answer.ended:
            size = min(len(body), self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
            if size > 0:
                self._h2.send_data(stream, bytes(body[:size]), end_stream=size == len(body))
                self._flush()
                body = body[size:]
            else:
                self.receive()

    def _flush(self) -> None:
        data, exchange = memoryview(self._h2.data_to_send()), current()
        while data:  # not by `sendall`, which knows no deadline
            self._sock.settimeout(min(exchange.limits.read_s, exchange.left_s()))
            data = data[self._sock.send(data) :]


class Answer:
    """One answer as it comes: the file that its body is read from."""

    def __init__(self, connection: Http2, stream: int) -> None:
        self.status, self.headers = 0, urllib3.HTTPHeaderDict()
        self.data, self.ended = bytearray(), False
        self.stream, self._connection, self._closed = stream, connection, False

    def begin(self, head: ResponseReceived) -> None:
        """Take status and header fields.

        :raises FetchError: there is no status.
        """
        for name, value in head.headers:
            if name != b":status":
                self.headers.add(name.decode("latin-1"), value.decode("latin-1"))
            elif _STATUS.fullmatch(value):
                self.status = int(value)
        if not self.status:
            raise misspoken("no status")

    def read(self, amount: int | None = None) -> bytes:
        """Return at most so many bytes of the body, none at its end; without a number all of it."""
        while not self.ended and (amount is None or not self.data):
            self._connection.receive()
        piece = bytes(self.data[:amount])
        del self.data[: len(piece)]
        return piece

    def close(self) -> None:
        """Read no more."""
        self._closed = True

    def isclosed(self) -> bool:
        """Return whether there is nothing more to be read."""
        return self._closed

    closed = property(isclosed)


def _bytes(said: str | bytes) -> bytes:
    return (said.encode("latin-1") if isinstance(said, str) else said).strip()
