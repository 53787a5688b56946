"""The sample titles as they were written: read from `titles/*.toml`, agency copies made from the agency's own text.

Wherever a title carries an agency text, its file says only what it did with it (`[article.wire]`), so that a copy
remains a copy when somebody edits the prose.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from typing import Any

from services.command.samples.weekdays import turn

THE_KEPT_SHARE = 2 / 3  # a trim loses its last third, as when a page is a column short


@dataclass(frozen=True)
class Picture:
    """A picture, its words, and what the generated drawing shows (`scene`, see `pictures`)."""

    name: str
    caption: str
    credit: str
    scene: str


@dataclass(frozen=True)
class Correction:
    """What a piece becomes `after_s` seconds after the outlet started."""

    after_s: float
    headline: str
    note: str
    swaps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Kill:
    """The withdrawal of a piece `after_s` seconds after the outlet started, with the publisher's reason."""

    after_s: float
    note: str


@dataclass(frozen=True)
class Piece:
    """One article of one title, and what will happen to it.

    `age_min` is its age in minutes when the outlet starts; one that `appears_s` seconds later has none.
    """

    slug: str
    headline: str
    summary: str
    section: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...] = ()
    agency: str | None = None
    dateline: str | None = None
    keywords: tuple[str, ...] = ()
    picture: Picture | None = None
    age_min: int = 0
    appears_s: float | None = None
    correction: Correction | None = None
    kill: Kill | None = None


@dataclass(frozen=True)
class Title:
    """One publication: how it presents itself and what it has written.

    `format` is rss, atom or rdf; `full_text` is False where the feed gives summaries and the text stands on the page
    alone; `offset_h` is the zone of its clocks, in hours east of UTC.
    """

    slug: str
    name: str
    tagline: str
    format: str
    full_text: bool
    language: str
    colour: str
    offset_h: int
    pieces: tuple[Piece, ...]


def read_titles(day: date) -> tuple[Title, ...]:
    """Return the sample titles in the order of their names, as if written on `day`."""
    folder = files("services.command.samples") / "titles"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    written = {
        name.removesuffix(".toml"): tomllib.loads(turn((folder / name).read_text("utf-8"), day)) for name in names
    }
    wires = {
        f"{slug}/{article['slug']}": article
        for slug, title in written.items()
        for article in title["article"]
        if "text" in article
    }
    return tuple(sorted((_title(slug, title, wires) for slug, title in written.items()), key=lambda title: title.name))


def _title(slug: str, written: Mapping[str, Any], wires: Mapping[str, Mapping[str, Any]]) -> Title:
    return Title(
        slug=slug,
        name=written["name"],
        tagline=written["tagline"],
        format=written["format"],
        full_text=written.get("full_text", True),
        language=written["language"],
        colour=written["colour"],
        offset_h=written.get("offset_h", 0),
        pieces=tuple(_piece(article, wires) for article in written["article"]),
    )


def _piece(article: Mapping[str, Any], wires: Mapping[str, Mapping[str, Any]]) -> Piece:
    wire = article.get("wire")
    source = wires[wire["of"]] if wire else article
    text = paragraphs(source["text"])
    return Piece(
        slug=article["slug"],
        headline=article["headline"],
        summary=article["summary"],
        section=article["section"],
        paragraphs=carry(text, wire) if wire else text,
        authors=tuple(article.get("authors", ())),
        agency=article.get("agency"),
        dateline=article.get("dateline"),
        keywords=tuple(article.get("keywords", ())),
        picture=Picture(**article["picture"]) if "picture" in article else None,
        age_min=article.get("age_min", 0),
        appears_s=article.get("appears_s"),
        correction=_correction(article["correction"]) if "correction" in article else None,
        kill=Kill(**article["kill"]) if "kill" in article else None,
    )


def _correction(written: Mapping[str, Any]) -> Correction:
    return Correction(written["after_s"], written["headline"], written["note"], _pairs(written["swaps"]))


def _pairs(written: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((before, after) for before, after in written)


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of `text`, which blank lines part, each on one line."""
    return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip())


def carry(text: tuple[str, ...], wire: Mapping[str, Any]) -> tuple[str, ...]:
    """Return an agency's paragraphs as a title prints them: words swapped, the end cut, its own paragraphs put in."""
    kept = swap(text, _pairs(wire.get("swaps", ())))
    if wire.get("trim"):
        kept = kept[: round(len(kept) * THE_KEPT_SHARE)]
    if "insert" in wire:
        at = wire["insert_after"]
        kept = kept[:at] + paragraphs(wire["insert"]) + kept[at:]
    return kept


def swap(text: tuple[str, ...], swaps: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return `text` with the first part of each pair replaced by the second.

    :raises ValueError: a pair names words that the text does not have.
    """
    for before, after in swaps:
        if not any(before in paragraph for paragraph in text):
            raise ValueError(f"No paragraph has the words {before!r}.")
        text = tuple(paragraph.replace(before, after) for paragraph in text)
    return text


def corrected(piece: Piece, correction: Correction) -> Piece:
    """Return `piece` with its correction made and owned up to."""
    words = (*swap(piece.paragraphs, correction.swaps), correction.note)
    return replace(piece, headline=correction.headline, paragraphs=words)
