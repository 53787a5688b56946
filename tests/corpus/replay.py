"""Recorded polls served again: each feed's snapshots, one after another, and what a plain walk finds in them."""

import gzip
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from services.parser.fields.urls import canonical
from tests.outlet.server import Reply, Request, Server

HOSTS = 20  # a host's feeds are in one job and fetched one after another
TEXTS = {"description", "summary", "content", "encoded"}


@dataclass(frozen=True)
class Sighting:
    """One entry of one snapshot, as its elements have it; empty where it says nothing."""

    guid: str
    link: str
    title: str
    dated: str
    text: str  # letters and digits of all that it says, without markup
    raw: str  # the whole element

    @property
    def keys(self) -> frozenset[str]:
        """What the store knows it by."""
        return frozenset(f"{kind}:{name}" for kind, name in (("id", self.guid), ("url", self.link)) if name)

    @property
    def names(self) -> frozenset[str]:
        """What it shares with other sightings of the same article: identifier, link, or headline, date and text."""
        return self.keys | {f"words:{self.title}\n{self.dated}\n{self.text}"}

    @property
    def proofs(self) -> frozenset[str]:
        """What no two articles share: identifier or link under one headline, or headline, date and text."""
        return frozenset(f"{name}\n{self.title}" for name in self.names)


class Recorded:
    """Serves every series' snapshot of the present step; a series that has ended goes on with its last."""

    def __init__(self, corpus: Path) -> None:
        self.series: dict[str, list[bytes]] = defaultdict(list)
        for line in (corpus / "polls" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            self.series[row["series"]].append(gzip.decompress((corpus / row["path"]).read_bytes()))
        self.step = 0
        self.steps = max(map(len, self.series.values()))
        self._server = Server(self._answer, HOSTS)
        self.allow = tuple(f"{host}:{self._server.port}" for host in self._server.hosts)
        self.urls = {name: f"http://{self.allow[at % HOSTS]}/{name}" for at, name in enumerate(sorted(self.series))}

    def __enter__(self) -> "Recorded":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _answer(self, request: Request) -> tuple[Reply, Callable[[], None]]:
        snapshots = self.series.get(request.path.strip("/"))
        if not snapshots:
            return Reply(404), lambda: None
        return Reply(body=snapshots[min(self.step, len(snapshots) - 1)]), lambda: None

    def sightings(self, name: str) -> list[list[Sighting]]:
        """Return the entries of each snapshot of a series, found without any feed library."""
        return [_walk(data) for data in self.series[name]]


def words(text: str | None) -> str:
    """Return the letters and digits of `text`, without markup."""
    bare = re.sub(r"<[^>]*>", " ", html.unescape(html.unescape(text or "")))
    return "".join(char for char in bare.casefold() if char.isalnum())


def _walk(data: bytes) -> list[Sighting]:
    root = etree.fromstring(data, etree.XMLParser(recover=True, no_network=True, huge_tree=True))
    return [_sighting(one) for one in root.iter() if isinstance(one.tag, str) and _local(one) in {"item", "entry"}]


def _sighting(element: "etree._Element") -> Sighting:
    said: dict[str, str] = {}
    for child in element:
        if isinstance(child.tag, str) and "media" not in (etree.QName(child).namespace or ""):
            said.setdefault(_local(child), (child.get("href") or "".join(map(str, child.itertext()))).strip())
    link = said.get("origLink") or said.get("link", "")
    return Sighting(
        guid=said.get("guid") or said.get("id", ""),
        link=canonical(link) if link else "",
        title=words(said.get("title")),
        dated=said.get("pubDate") or said.get("published") or said.get("date") or "",
        text="".join(words(said.get(name)) for name in sorted(TEXTS)),
        raw=etree.tostring(element, encoding="unicode", with_tail=False),
    )


def _local(element: "etree._Element") -> str:
    return etree.QName(element).localname
