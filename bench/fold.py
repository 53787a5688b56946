"""`python -m bench.fold`: how fast, and in how much memory, `wireroom fold` folds a window full of articles."""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

WORDS = 500  # in an article
VOCABULARY = 40_000  # words, as often used as their rank says
TITLES = 1000
COPIED = 0.3  # of the articles carry an earlier one's text
FURNITURE = 3  # sentences that a title puts under each article
START = datetime(2024, 3, 1, tzinfo=UTC)


def main(
    articles: Annotated[int, typer.Option(help="How many.", min=1)] = 20_000,
    days: Annotated[int, typer.Option(help="That they are spread over; with 14 all are in one window.", min=1)] = 14,
    seed: Annotated[int, typer.Option(help="Another one makes other articles.")] = 1,
) -> None:
    """Fold made-up articles of 500 words, a third of them copies; print what it took."""
    with tempfile.TemporaryDirectory(prefix="wireroom-fold-") as scratch:
        listing = Path(scratch) / "articles.jsonl"
        with listing.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(one) + "\n" for one in made_up(articles, days, random.Random(seed)))
        size = listing.stat().st_size
        began, before = time.monotonic(), os.times()
        told = subprocess.run(
            [sys.executable, "-m", "services.command", "fold", str(listing)], stdout=subprocess.PIPE, check=True
        )
        after, wall = os.times(), time.monotonic() - began
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    stories = len({json.loads(line)["story"] for line in told.stdout.splitlines()})
    print(f"{articles} articles, {size / 2**20:.0f} MiB, {stories} stories")
    print(f"{articles / cpu:.0f} articles a second of CPU; {cpu:.1f} s CPU, {wall:.1f} s by the clock")
    print(f"{peak / 2**20:.0f} MiB of memory at most")


def made_up(count: int, days: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Yield articles; a copy is cut, or has a sentence of its own, and each stands over its title's furniture."""
    words = [_word(dice) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 10) for rank in range(VOCABULARY)]
    below: list[float] = []
    for weight in weights:
        below.append(weight + (below[-1] if below else 0.0))
    furniture = [[_sentence(words, below, dice) for _ in range(FURNITURE)] for _ in range(TITLES)]
    recent: list[list[str]] = []
    for number in range(count):
        title = dice.randrange(TITLES)
        if recent and dice.random() < COPIED:
            told = _copied(dice.choice(recent), _sentence(words, below, dice), dice)
        else:
            told = [_sentence(words, below, dice) for _ in range(WORDS // 20)]
            recent = [*recent[-2000:], told]
        at = START + timedelta(seconds=number * days * 86_400 / count)
        yield {
            "id": number,
            "publisher": f"title{title}.example",
            "title": " ".join(told[0].split()[:8]),
            "text": "\n".join([*told, *furniture[title]]),
            "published_at": at.isoformat(),
            "url": f"https://title{title}.example/{number}",
        }


def _copied(told: list[str], own: str, dice: random.Random) -> list[str]:
    kept = told[: dice.randint(len(told) // 2, len(told))]
    return [*kept, own] if dice.random() < 0.3 else kept


def _sentence(words: list[str], below: list[float], dice: random.Random) -> str:
    return " ".join(dice.choices(words, cum_weights=below, k=20)).capitalize() + "."


def _word(dice: random.Random) -> str:
    return "".join(dice.choice("bcdfghklmnprstvw") + dice.choice("aeiou") for _ in range(dice.randint(1, 4)))


if __name__ == "__main__":
    typer.run(main)
