"""One agency's texts as many titles print them: re-headlined, trimmed, with a local paragraph. Pure."""

import dataclasses
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tests.outlet.feeds import Entry, Form, Look, render
from tests.outlet.prose import story

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = 260
PARAGRAPH = 3  # sentences


def copy(text: int, title: int) -> Entry:
    """Return the version of a text that a title prints; the same for the same numbers."""
    dice = random.Random(f"{text} {title}")
    paragraphs = _paragraphs(story(("wire", text), WORDS).body)
    if title % 3 == 1:
        paragraphs = paragraphs[:-1]
    elif title % 3 == 2:
        paragraphs.insert(2, story(("local", text, title), 30).body)
    name = f"text{text:02}-title{title:02}"
    at = NOON + timedelta(hours=text, minutes=dice.randrange(60), seconds=title)
    headline = story(("headline", text, title)).headline
    return Entry(f"tag:{name}", headline, "\n\n".join(paragraphs), "Staff", f"/news/{name}", at, at)


def rewritten(entry: Entry, state: int) -> Entry:
    """Return a later state of an entry, with another end."""
    kept = entry.body.rsplit("\n\n", 1)[0]
    end = story(("end", entry.id, state), 20).body
    later = entry.updated + timedelta(minutes=state)
    return dataclasses.replace(entry, body=f"{kept}\n\n{end}", updated=later, state=state)


def moved(entry: Entry, state: int) -> Entry:
    """Return an entry in another section, which no reader notices."""
    return dataclasses.replace(entry, section=f"Section {state}", state=state)


def document(title: int, path: str, entries: Iterable[Entry]) -> bytes:
    """Return a feed of a title as it is served."""
    return render(Look(f"Title {title}", base(title), path, Form.ATOM, tuple(entries), (), summaries=False))


def base(title: int) -> str:
    """Return where a title is, which nobody asks."""
    return f"http://title{title}.example"


def _paragraphs(body: str) -> list[str]:
    sentences = [f"{sentence.rstrip('.')}." for sentence in body.split(". ")]
    return [" ".join(sentences[at : at + PARAGRAPH]) for at in range(0, len(sentences), PARAGRAPH)]
