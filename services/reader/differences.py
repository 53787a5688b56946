"""What differs between two states of an article, word by word. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from pydantic import Field

from shared.schema import Content, Value

MOST_WORDS = 4000  # of one rewritten passage that are compared by the word; more are shown as replaced
_TEXTS = ("headline", "subheadline", "summary", "body_text", "byline", "status", "status_reason")


class Run(Value):
    """Words that both states have, or one of them."""

    kind: str = Field(description="same, removed or added.")
    text: str


class Difference(Value):
    """What differs in one field."""

    field: str
    runs: tuple[Run, ...] = Field(description="In reading order.")


class Differences(Value):
    """What differs between two states of an article."""

    article_id: int
    older: int = Field(description="Number of the older state.")
    newer: int = Field(description="Number of the newer state.")
    source: str | None = Field(description="Who said the newer: feed:<id>, page or operator.")
    differences: tuple[Difference, ...] = Field(description="Of the fields that differ.")


def differences(old: Content, new: Content) -> tuple[Difference, ...]:
    """Return what differs, field by field; a field that is the same in both is left out."""
    texts = ((name, str(getattr(old, name) or ""), str(getattr(new, name) or "")) for name in _TEXTS)
    pictures = ("images", _addresses(old), _addresses(new))
    return tuple(
        Difference(field=name, runs=tuple(runs(was, says))) for name, was, says in (*texts, pictures) if was != says
    )


def _addresses(content: Content) -> str:
    return "\n\n".join(image.url for image in content.images)


def runs(old: str, new: str) -> Iterator[Run]:
    """Yield the runs of words that both have, that only `old` has and that only `new` has, in reading order.

    Paragraphs are compared first, and words within those that changed.

    >>> ["".join((run.kind[0], ":", run.text)) for run in runs("The ferry sank.", "The old ferry floats.")]
    ['s:The ', 'a:old ', 's:ferry ', 'r:sank.', 'a:floats.']
    """
    for kind, group in groupby(_pieces(old, new), key=lambda piece: piece[0]):
        yield Run(kind=kind, text="".join(text for _, text in group))


def _pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    before, after = _parts(old, "\n\n"), _parts(new, "\n\n")
    for kind, old_ones, new_ones in _changes(before, after):
        was, says = _words(old_ones), _words(new_ones)
        if kind != "replace" or max(len(was), len(says)) > MOST_WORDS:
            yield from _told(kind, old_ones, new_ones)
            continue
        for inner, old_words, new_words in _changes(was, says):
            yield from _told(inner, old_words, new_words)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind, old[a:b], new[c:d]


def _told(kind: str, old: Iterable[str], new: Iterable[str]) -> Iterator[tuple[str, str]]:
    if kind == "equal":
        yield from (("same", text) for text in new)
        return
    yield from (("removed", text) for text in old)
    yield from (("added", text) for text in new)


def _words(paragraphs: Iterable[str]) -> list[str]:
    return [word for paragraph in paragraphs for word in _parts(paragraph, " ")]


def _parts(text: str, end: str) -> list[str]:
    """Return `text` cut after each `end`; joined, they are `text` again."""
    if not text:
        return []
    *most, last = text.split(end)
    return [*(part + end for part in most), *([last] if last else [])]
