"""A small WebSub hub on loopback: takes subscriptions, makes sure of them, and pushes what a test publishes."""

import hashlib
import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl

import httpx


class Hub:
    """One hub; `subscribed` holds what it was asked for and could make sure of, by topic."""

    def __init__(self, lease_s: int = 864_000, method: str = "sha256", status: int = 202) -> None:
        self.lease_s, self.method, self.status = lease_s, method, status
        self.asked: list[dict[str, str]] = []
        self.subscribed: dict[str, dict[str, str]] = {}
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = hub.take(dict(parse_qsl(body.decode())))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.place = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.place}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, wish: dict[str, str]) -> int:
        """Take a request; makes sure before it answers."""
        self.asked.append(wish)
        if self.status < 300 and self.verify(wish).status_code == 200:
            self.subscribed[wish["hub.topic"]] = wish
        return self.status

    def verify(self, wish: dict[str, str], **other: str) -> httpx.Response:
        """Return what the callback says to a challenge; its parameters may be others."""
        said = {
            "hub.mode": "subscribe",
            "hub.topic": wish["hub.topic"],
            "hub.challenge": "are-you-there",
            "hub.lease_seconds": str(self.lease_s),
        }
        return httpx.get(
            wish["hub.callback"], params=said | {f"hub.{name}": text for name, text in other.items()}, timeout=60
        )

    def push(self, topic: str, content: bytes = b"new", secret: str | None = None) -> int:
        """Push to whoever subscribed to `topic`; return the answer's status."""
        wish = self.subscribed[topic]
        key = (secret or wish["hub.secret"]).encode()
        signature = hmac.new(key, content, getattr(hashlib, self.method)).hexdigest()
        fields = {"X-Hub-Signature": f"{self.method}={signature}"}
        return httpx.post(wish["hub.callback"], content=content, headers=fields, timeout=60).status_code
