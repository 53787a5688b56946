"""A publisher on loopback that speaks HTTP/2 over TLS, by h2's server side, or sends frames as no server should."""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, WindowUpdated

from tests.outlet.listener import Listener

Frames = Callable[[socket.socket], None]
NO_PROTOCOL = b"\x15\x03\x03\x00\x02\x02\x78"  # TLS: fatal alert 120, no_application_protocol (RFC 7301, 3.2)
SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 4, 6, 7, 8, 9
DATA, HEADERS, RST_STREAM, PUSH_PROMISE = 0, 1, 3, 5
REFUSED_STREAM, HTTP_1_1_REQUIRED = 7, 13


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return one frame (RFC 9113, 4.1)."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def goodbye(last: int, code: int = 0) -> bytes:
    """Return a GOAWAY that names the last stream which is answered."""
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code))


@dataclass
class Said:
    """What is answered at one path."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    early_end: bool = True  # where there is no body, the head ends the answer; else an empty frame of data does
    before: tuple[bytes, ...] = ()  # frames in place of the answer, for as many requests
    goodbye: bool = False  # said ahead of the answer


class Http2Outlet(Listener):
    """Speaks HTTP/2 to whoever offers it, and to others `old`, an answer by HTTP/1.1, or nothing but a TLS alert.

    `frames` sends what it likes after a connection's first bytes. Safe for threads.
    """

    def __init__(self, pem: Path, frames: Frames | None = None, old: bytes = b"", port: int = 0) -> None:
        self.said: dict[str, Said] = {}
        self.asked: list[dict[str, str]] = []  # by HTTP/2
        self.asked_old: list[bytes] = []
        self.connections: list[bool] = []  # of HTTP/2: whether each resumed a session
        self.posted = 0
        self._frames, self._old = frames, old
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pem)
        self._tls.set_alpn_protocols(["h2"])
        super().__init__(port)

    def serve(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> Said:
        """Answer so at a path; where there is an ETag, and the request names it, by 304."""
        fields = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        self.said[path] = said = Said(status, fields, body)
        return said

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(30)
            if b"\x02h2" not in client.recv(4096, socket.MSG_PEEK) and not self._old:
                client.recv(4096)  # what is left unread makes a reset of the end
                client.sendall(NO_PROTOCOL)
                return
            with self._tls.wrap_socket(client, server_side=True) as sock:
                if sock.selected_alpn_protocol() != "h2":
                    self.asked_old.append(sock.recv(65536))
                    sock.sendall(self._old)
                    return
                self.connections.append(bool(sock.session_reused))
                if self._frames:
                    sock.recv(4096)
                    self._frames(sock)
                else:
                    self._speak(sock)

    def _speak(self, sock: socket.socket) -> None:
        http2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        http2.initiate_connection()
        left, said = b"", Said()
        while True:
            sock.sendall(http2.data_to_send())
            data = sock.recv(65536)
            if not data:
                return
            for event in http2.receive_data(data):
                if isinstance(event, RequestReceived):
                    self.asked.append({str(name): str(value) for name, value in event.headers})
                elif isinstance(event, DataReceived):
                    self.posted += len(event.data)
                    http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded):
                    said = self.said[self.asked[-1][":path"].lstrip("/")]
                    if said.before:
                        sock.sendall(said.before[0])
                        said.before = said.before[1:]
                        return
                    if said.goodbye:
                        sock.sendall(http2.data_to_send() + goodbye(event.stream_id))
                    left = self._head(http2, event.stream_id, said)
                if left and isinstance(event, StreamEnded | WindowUpdated):
                    left = self._push(http2, http2.highest_inbound_stream_id, left)

    def _head(self, http2: H2Connection, stream: int, said: Said) -> bytes:
        """Send the head of an answer; return the body that is yet to be sent."""
        known = said.headers.get("etag") and said.headers["etag"] == self.asked[-1].get("if-none-match")
        status, body = (304, b"") if known else (said.status, said.body)
        fields = [(":status", str(status)), *said.headers.items()]
        http2.send_headers(stream, fields, end_stream=not body and said.early_end)
        if not body and not said.early_end:
            http2.end_stream(stream)
        return body

    def _push(self, http2: H2Connection, stream: int, left: bytes) -> bytes:
        while left and (size := min(len(left), http2.local_flow_control_window(stream), 16384)):
            http2.send_data(stream, left[:size], end_stream=size == len(left))
            left = left[size:]
        return left
