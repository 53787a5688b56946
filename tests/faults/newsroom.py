"""Fifty titles that go on publishing, and the memory of what each version of each feed listed."""

import random
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.outlet.feeds import Entry, Form
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story

VALIDATORS = ("both", "etag", "modified", "none")
FIRST_ENTRIES = 4
EVERY_S = 0.25  # between two things that happen in the newsroom
TITLES_A_TEXT = 3  # that carry one agency text


@dataclass
class Feed:
    """One title's feed; `listed` holds the ids that each version of it lists."""

    path: str
    host: int
    entries: dict[str, Entry] = field(default_factory=dict)
    agency: set[str] = field(default_factory=set)
    listed: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])

    def note(self, *entries: Entry) -> None:
        """Remember a new version."""
        self.entries |= {entry.id: entry for entry in entries}
        self.listed.append(frozenset(self.entries))


class Newsroom:
    """Publishes, changes and syndicates within the block, seeded."""

    def __init__(self, outlet: Outlet, feeds: int, seed: int) -> None:
        self._outlet, self._dice = outlet, random.Random(seed)
        self._ended = threading.Event()
        self._lock = threading.Lock()  # what the outlet serves is noted before anybody asks
        self._thread = threading.Thread(target=self._work, name="newsroom", daemon=True)
        self.feeds = [self._found(number) for number in range(feeds)]
        self.syndicated: dict[str, set[str]] = defaultdict(set)  # the paths of one text's articles

    def _found(self, number: int) -> Feed:
        form = (Form.RSS, Form.ATOM, Form.RDF)[number % 3]
        feed = Feed(f"/title{number:02}.{form}", number % len(self._outlet.hosts))
        self._outlet.feed(feed.path, form, validators=VALIDATORS[number % len(VALIDATORS)])
        feed.note()
        feed.note(*self._outlet.publish(feed.path, FIRST_ENTRIES))
        return feed

    @property
    def urls(self) -> list[str]:
        """The address of each feed."""
        return [self._outlet.url(feed.path, feed.host) for feed in self.feeds]

    @property
    def pages(self) -> dict[str, Entry]:
        """Everything that was ever published, in its last state, by the path of its page."""
        return {entry.path: entry for feed in self.feeds for entry in feed.entries.values()}

    def listed_by(self, etag: str) -> frozenset[str]:
        """Return the paths of the pages that the version of a feed with this ETag lists."""
        name, _, version = etag.strip('"').rpartition("-")
        feed = next(feed for feed in self.feeds if feed.path == f"/{name}")
        with self._lock:
            return frozenset(feed.entries[id_].path for id_ in feed.listed[int(version)])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.wait(EVERY_S):
            deed = self._dice.choices((self._publish, self._change, self._syndicate), (6, 3, 1))[0]
            with self._lock:
                deed()

    def _publish(self) -> None:
        feed = self._dice.choice(self.feeds)
        feed.note(*self._outlet.publish(feed.path))

    def _change(self) -> None:
        feed = self._dice.choice(self.feeds)
        entry = self._dice.choice(sorted(feed.entries.keys() - feed.agency))
        feed.note(self._outlet.change(feed.path, entry))

    def _syndicate(self) -> None:
        text = story(("agency", self._dice.random()), words=200)
        for feed in self._dice.sample(self.feeds, TITLES_A_TEXT):
            (entry,) = self._outlet.publish(feed.path, [text])
            feed.agency.add(entry.id)
            self.syndicated[text.body].add(entry.path)
            feed.note(entry)
