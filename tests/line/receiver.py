"""A receiver of hooks on loopback: answers as a test wishes, and judges each signature by the standard's own words."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """What it is known by."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The event."""
        event: dict[str, Any] = json.loads(self.body)
        return event

    @property
    def data(self) -> dict[str, Any]:
        """What the event says."""
        data: dict[str, Any] = self.event["data"]
        return data

    def is_signed(self, secret: str) -> bool:
        """Return whether it comes from whoever has `secret` (Standard Webhooks, "Verifying signatures")."""
        key = base64.b64decode(secret[len("whsec_") :])
        said = b".".join((self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body))
        version, _, signature = self.headers["webhook-signature"].partition(",")
        made = hmac.new(key, said, hashlib.sha256).digest()
        fresh = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        return version == "v1" and hmac.compare_digest(base64.b64decode(signature), made) and fresh


class Receiver:
    """Takes calls; `status`, `headers`, `body` and `manner` are how it answers the next."""

    def __init__(self) -> None:
        self.status, self.headers, self.body, self.manner = 204, dict[str, str](), b"", ""
        self.calls: list[Call] = []
        self.under_way, self.most_at_once = 0, 0
        self.may_answer = threading.Event()  # of one that hangs
        self.when_called: Callable[[], None] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.under_way += 1
                receiver.most_at_once = max(receiver.most_at_once, receiver.under_way)
                fields = {name.lower(): value for name, value in self.headers.items()}
                receiver.calls.append(Call(self.path, fields, body))
                receiver.when_called()
                try:
                    receiver._answer(self)
                finally:
                    receiver.under_way -= 1

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.place = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.place}/news"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.manner == "closes early" or (self.manner == "hangs" and not self.may_answer.wait(30)):
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if self.manner == "floods":
            with_no_end = b"x" * 65_536
            try:
                for _ in range(10_000):
                    handler.wfile.write(with_no_end)
            except OSError:
                pass
            return
        handler.wfile.write(self.body)
