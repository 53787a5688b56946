"""How well related stories tell events apart: pairs of stories named as related, by the corpus' `event` labels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import combinations
from typing import Any

from services.indexer.fold.terms import terms
from services.reader.queries.related import WINDOW
from services.reader.related import scores

Row = Mapping[str, Any]


def measure(articles: Iterable[Row]) -> str:
    """Return precision and recall over articles with a label: one of each story, and stories within the window."""
    firsts = {row["story"]: row for row in reversed(list(articles)) if row["text"]}
    ids = {story: number for number, story in enumerate(sorted(firsts))}
    rows = {ids[story]: row for story, row in firsts.items()}
    found = {number: terms(row.get("title") or "", row["text"]) for number, row in rows.items()}
    carriers: defaultdict[int, set[int]] = defaultdict(set)
    for number, mine in found.items():
        for term in mine:
            carriers[term].add(number)
    sizes = {number: max(1, len(mine)) for number, mine in found.items()}
    named: dict[tuple[int, int], bool] = {}
    for number, row in rows.items():
        having = {term: carriers[term] for term in found[number]}
        near = {other for stories in having.values() for other in stories if _near(row, rows[other])}
        for _, other in scores(having, sizes, number, near, len(rows)):
            if row.get("event") and rows[other].get("event"):
                named[min(number, other), max(number, other)] = row["event"] == rows[other]["event"]
    wanted = _labelled(rows)
    right = sum(named.values())
    return (
        f"related stories: {right} of {len(named)} named pairs are of one event (precision {right / len(named):.3f}), "
        f"{right} of {wanted} such pairs are named (recall {right / wanted:.3f})"
        if named and wanted
        else "related stories: no labels"
    )


def _labelled(rows: Mapping[int, Row]) -> int:
    """Return how many pairs of stories within the window are of one event."""
    events: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows.values():
        if row.get("event"):
            events[row["event"]].append(row)
    return sum(_near(a, b) for members in events.values() for a, b in combinations(members, 2))


def _near(a: Row, b: Row) -> bool:
    first, second = a.get("published_at"), b.get("published_at")
    if not first or not second:
        return True
    return abs(datetime.fromisoformat(first[:10]) - datetime.fromisoformat(second[:10])) <= WINDOW
