"""The fold over a file of articles: the store's own decisions, without a store."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from itertools import chain, combinations, product

from services.indexer.fold.lines import parse_line, read_line
from services.indexer.fold.pairs import WINDOW, Candidate, contained, judge, least_threshold
from services.indexer.fold.shelf import Shelf
from services.indexer.fold.stories import Forest, Member, original
from shared.errors import UsageError

THRESHOLD = 0.6  # the setting's default


def fold_file(
    lines: Iterable[Mapping[str, object]], threshold: float = THRESHOLD, window: timedelta = WINDOW
) -> Iterator[dict[str, object]]:
    """Yield {id, story} for each {id, publisher, title, text, published_at?, url?}, in their order, once all are read.

    A line may also say canonical_url, agency_item, credit and dateline, as the store knows them of its articles.
    `story` is the id of the story's original. Neither it nor the stories depend on the order of `lines`.

    :raises UsageError: a line is no article; names the line's number and what is wrong.
    """
    return _fold(enumerate(lines, 1), threshold, window)


def fold_lines(lines: Iterable[str | bytes], threshold: float = THRESHOLD, window: timedelta = WINDOW) -> Iterator[str]:
    """Yield what `fold_file` does as JSON lines, from JSON lines; blank ones count as lines and hold nothing.

    :raises UsageError: as `fold_file`, or a line is no JSON.
    """
    numbered = ((number, parse_line(number, line)) for number, line in enumerate(lines, 1) if line.strip())
    return (json.dumps(row, ensure_ascii=False) for row in _fold(numbered, threshold, window))


def _fold(lines: Iterable[tuple[int, object]], threshold: float, window: timedelta) -> Iterator[dict[str, object]]:
    with closing(Shelf()) as shelf:
        for number, line in lines:
            if not shelf.add(read_line(number, line)):
                raise UsageError(f"Line {number}: an earlier line has the same id.")
        shelf.post()
        forest = Forest(range(shelf.count()))
        _join_all(shelf, forest, threshold, window)
        story = _originals(shelf, forest)
        for name, number in shelf.places():
            yield {"id": json.loads(name), "story": json.loads(story.get(number, name))}


def _join_all(shelf: Shelf, forest: Forest, threshold: float, window: timedelta) -> None:
    """Judge all articles that share a text, postings or a claim, and join those that make pairs.

    Two that are joined already are not judged: a pair more would not change the components.
    """

    def join(couples: Iterable[tuple[Candidate, Candidate]]) -> None:
        for a, b in couples:
            if not forest.joined(a.id, b.id) and judge(a, b, threshold, window):
                forest.join(a.id, b.id)

    for key in shelf.repeated():
        join(combinations(shelf.carriers(key), 2))
    for one, other in shelf.shared(threshold):
        if forest.all_joined(chain(shelf.numbers(one), shelf.numbers(other))):
            continue
        first, second = shelf.carriers(one), shelf.carriers(other)
        if contained(first[0], second[0], least_threshold(threshold)):
            join(product(first, second))
    for articles in shelf.claimed():
        join(combinations(articles, 2))


def _originals(shelf: Shelf, forest: Forest) -> dict[int, str]:
    """Return the id of the original for each article that has company, by number."""
    found: dict[int, str] = {}
    for numbers in forest.sets():
        if len(numbers) > 1:
            source = original([_member(candidate) for candidate in shelf.numbered(sorted(numbers))])
            found.update(dict.fromkeys(numbers, shelf.id_of(source.id)))
    return found


def _member(candidate: Candidate) -> Member:
    return Member(
        id=candidate.id,
        text=candidate.text,
        sketch=candidate.sketch,
        recorded_at=candidate.recorded_at,
        url=candidate.url,
        canonical_url=candidate.canonical_url,
        publisher=None if candidate.publication is None else str(candidate.publication),
        credit=candidate.credit,
    )
