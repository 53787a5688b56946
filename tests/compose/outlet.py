"""A publisher in a container: `FEEDS` feeds that gain an entry each at every POST to /publish."""

import hashlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FEEDS = 8
FIRST = 5  # entries of each feed before the first POST
WORDS = ("harbour", "council", "bridge", "winter", "market", "train", "school", "river", "theatre", "budget", "museum")


def text(feed: int, entry: int) -> str:
    """Return a text of its own for each entry, so that none folds with another."""
    digest = hashlib.sha256(f"{feed}/{entry}".encode()).digest()
    return " ".join(f"{WORDS[byte % len(WORDS)]} {feed}{byte}" for byte in digest * 3)


def item(feed: int, entry: int) -> str:
    """Return one RSS item."""
    return (
        f"<item><title>Report {entry} of title {feed}</title><guid isPermaLink='false'>{feed}-{entry}</guid>"
        f"<link>http://outlet:8080/{feed}/{entry}.html</link><description>{text(feed, entry)}</description></item>"
    )


class Outlet(BaseHTTPRequestHandler):
    """Serves /feed-<number>.xml."""

    protocol_version = "HTTP/1.1"
    entries = FIRST

    def do_POST(self) -> None:
        Outlet.entries += 1
        self.answer(b"published")

    def do_GET(self) -> None:
        feed = int(self.path.removeprefix("/feed-").removesuffix(".xml")) if self.path.startswith("/feed-") else -1
        if feed < 0:
            return self.answer(b"<html><body><p>Nothing more is known of it.</p></body></html>", status=404)
        items = "".join(item(feed, entry) for entry in range(Outlet.entries))
        body = f"<rss version='2.0'><channel><title>Title {feed}</title>{items}</channel></rss>".encode()
        tag = f'"{feed}-{Outlet.entries}"'
        if self.headers["If-None-Match"] == tag:
            return self.answer(b"", status=304)
        return self.answer(body, tag)

    def answer(self, body: bytes, tag: str = "", status: int = 200) -> None:
        """Send one response."""
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        if status != 304:
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    if sys.argv[1:] == ["opml"]:
        outlines = "".join(
            f'<outline type="rss" xmlUrl="http://outlet:8080/feed-{feed}.xml"/>' for feed in range(FEEDS)
        )
        print(f'<opml version="2.0"><body>{outlines}</body></opml>')
    else:
        ThreadingHTTPServer(("0.0.0.0", 8080), Outlet).serve_forever()
