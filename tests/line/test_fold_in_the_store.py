"""The store's stories are those that `wireroom fold` makes of its heads, whatever order the articles came in."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable

import pytest
from sqlalchemy import func, select

from services.indexer.fold.file import fold_lines
from shared.tables import Article, Furniture, Publication
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import Story, story

TITLES = ("courier", "mirror", "herald", "ledger", "sentinel")
ENDINGS = {
    title: f"Read every story from the {title} for one crown a week and cancel whenever you like. "
    f"Sign up to the {title} newsletter and get the news of the valley in your inbox at breakfast. "
    f"The {title} is published by Estuary Print and answers readers who write to the editor."
    for title in TITLES
}


def versions(seed: int) -> list[tuple[str, Story]]:
    """Return texts of several titles in a random order: copies, cuts, and articles of their own; all with endings."""
    dice = random.Random(seed)
    made = []
    for number in range(8):
        text = story(f"{seed} wire {number}", words=160)
        for title in dice.sample(TITLES, dice.choice((1, 2, 3))):
            cut = text.body if dice.random() < 0.6 else ". ".join(text.body.split(". ")[:7]) + "."
            headline = f"{title.title()}: {text.headline}"
            made.append((title, Story(headline, f"{cut}\n\n{ENDINGS[title]}", text.byline)))
    dice.shuffle(made)
    return made


def partition(pairs: Iterable[tuple[object, object]]) -> set[frozenset[str]]:
    groups: defaultdict[object, set[str]] = defaultdict(set)
    for article, story_id in pairs:
        groups[story_id].add(str(article))
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_stores_stories_are_those_of_the_fold_over_its_heads(outlet: Outlet, line: Line, seed: int) -> None:
    dice = random.Random(seed)
    waiting = versions(seed)
    for title in TITLES:
        outlet.feed(f"{title}.xml", title=title.title())
    line.add(*(outlet.url(f"{title}.xml") for title in TITLES))
    while waiting:
        for _ in range(dice.randint(1, 5)):
            if waiting:
                title, text = waiting.pop()
                outlet.publish(f"{title}.xml", entries=[text])
        line.poll()
    text = func.coalesce(Article.body_text, Article.summary).label("text")
    columns = (Article.id, Article.story_id, Article.headline, text, Article.ordered_at, Publication.name)
    heads = line.read(select(*columns).join(Publication))
    exported = [
        json.dumps(
            {
                "id": str(row.id),
                "publisher": row.name,
                "title": row.headline,
                "text": row.text,
                "published_at": row.ordered_at.isoformat(),
            }
        )
        for row in heads
    ]
    folded = [json.loads(one) for one in fold_lines(exported)]
    in_store = partition((row.id, row.story_id) for row in heads)
    assert in_store == partition((one["id"], one["story"]) for one in folded)
    assert any(len(group) > 1 for group in in_store)
    assert line.count(Furniture) >= len(TITLES)
