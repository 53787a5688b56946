"""Stories of real articles: one partition in any order, and the same in the store as over a file."""

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.indexer.fold.file import fold_file
from shared.settings import Settings
from tests.indexer.desk import NOON, Desk

pytestmark = [pytest.mark.corpus]
SHUFFLES = 20
AT_ONCE = 25  # articles in one commit

Row = dict[str, Any]


@pytest.fixture(scope="module")
def real(corpus: Path) -> list[Row]:
    """The corpus' real articles."""
    with gzip.open(corpus / "syndication/dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["origin"] == "real"]


def partition(rows: Iterable[Row]) -> set[frozenset[str]]:
    stories: defaultdict[object, set[str]] = defaultdict(set)
    for line in fold_file(rows):
        stories[line["story"]].add(str(line["id"]))
    return set(map(frozenset, stories.values()))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_shuffles_of_real_articles_make_one_partition(real: list[Row]) -> None:
    expected = partition(real)
    for seed in range(SHUFFLES):
        shuffled = random.Random(seed).sample(real, len(real))
        assert partition(shuffled) ^ expected == set()


def test_the_store_makes_the_stories_of_the_file_of_real_copies(
    real: list[Row], store: Engine, settings: Callable[..., Settings]
) -> None:
    sizes = Counter(row["story"] for row in real)
    chosen = [row for row in real if sizes[row["story"]] > 1]
    random.Random(1).shuffle(chosen)
    desk = Desk(store, settings())
    for start in range(0, len(chosen), AT_ONCE):
        desk.add_all(_article(row) for row in chosen[start : start + AT_ONCE])
    assert desk.stories() == desk.folded_heads()
    assert any(len(story) > 1 for story in desk.stories())


def _article(row: Row) -> Row:
    at = row.get("published_at")
    given = {"at": datetime.fromisoformat(at).replace(tzinfo=NOON.tzinfo)} if at else {}
    named = {"publication": row["publisher"], "text": row["text"], "headline": row.get("title") or ""}
    return {**named, "url": row.get("url"), **given}
