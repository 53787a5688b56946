"""Invented polls for the bench of the store: feeds whose entries are new, revised or as they were. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import accumulate

from shared.messages import DIGEST_CHARS, PARSER, Entry, Facts, FeedFacts, Kind, Outcome, Result
from shared.schema import Content

ENTRIES = 20  # in a feed
WORDS = 500  # in an article
SENTENCE = 20  # words
VOCABULARY = 40_000
COPIES = 0.15  # of new articles carry the text of another title's
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Piece:
    """An article as its publisher wrote it."""

    number: int
    headline: str
    sentences: tuple[str, ...]
    at: datetime


def write(number: int, others: Sequence[Piece]) -> Piece:
    """Return the article of that number; some are copies of one of `others`, shortened and under another headline."""
    dice = random.Random(number)
    headline = " ".join(_words(dice, 9)).capitalize()
    at = NOW - timedelta(seconds=dice.randrange(10 * 86_400))
    if others and dice.random() < COPIES:
        source = dice.choice(others)
        kept = source.sentences[: dice.randint(len(source.sentences) // 2, len(source.sentences))]
        return Piece(number, headline, kept, source.at + timedelta(hours=1))
    sentences = (" ".join(_words(dice, SENTENCE)).capitalize() + "." for _ in range(WORDS // SENTENCE))
    return Piece(number, headline, tuple(sentences), at)


def revise(piece: Piece) -> Piece:
    """Return the article with its last sentence replaced."""
    last = " ".join(_words(random.Random(-piece.number), SENTENCE)).capitalize() + "."
    return Piece(piece.number, piece.headline, (*piece.sentences[:-1], last), piece.at)


def poll(
    feed: int, poll_no: int, pieces: Sequence[Piece], edition: int, kept: str = "", *, read: bool = True
) -> Result:
    """Return one poll of `feed`, whose window is `pieces`; without `read` every entry's digest is known.

    `kept` is the digest of an entry that stays from the window before: without one, polls would have come too late.
    The entries' digests are those of `edition`: each has markup and clocks of its own.
    """
    entries = tuple(_entry(feed, edition, piece) for piece in pieces)
    facts = Facts(
        kind=Kind.FEED, id=feed, token=token(feed, poll_no), outcome=Outcome.OK, status=200, wire_bytes=60_000
    )
    return Result(
        facts=facts,
        final_url=f"https://title{feed}.example/feed.xml",
        feed=FeedFacts(title=f"Title {feed}", site_url=f"https://title{feed}.example/", language="en"),
        window="".join(entry.digest for entry in entries) + kept,
        entries=entries if read else (),
        document_sha256=blake2b(f"{feed} {poll_no}".encode(), digest_size=32).hexdigest(),
        parser=PARSER,
    )


def token(feed: int, poll_no: int) -> str:
    """Return the lease under which a feed is polled."""
    return f"lease-{feed}-{poll_no}"


def questions() -> dict[str, str]:
    """Return what is searched for, by what it is."""
    words, _ = _vocabulary()
    return {
        "a word of half the articles": words[0],
        "two common words": f"{words[1]} {words[2]}",
        "a phrase of common words": f'"{words[0]} {words[1]}"',
        "a rare word": words[20_000],
    }


def _entry(feed: int, edition: int, piece: Piece) -> Entry:
    url = f"https://title{feed}.example/news/{piece.number}"
    ends = f"Read more from Title {feed} in the morning, at noon and at night."  # what every article of a title says
    paragraphs = [" ".join(piece.sentences[at : at + 3]) for at in range(0, len(piece.sentences), 3)] + [ends]
    digest = blake2b(f"{feed} {piece.number} {edition}".encode(), digest_size=32).hexdigest()[:DIGEST_CHARS]
    content = Content(
        canonical_url=url,
        headline=piece.headline,
        summary=piece.sentences[0],
        body_html="".join(f"<p>{one}</p>" for one in paragraphs),
        body_text="\n\n".join(paragraphs),
        language="en",
        byline="By A. Writer",
        published_at=piece.at,
        section="News",
        provenance={"body_text": "feed", "headline": "feed", "published_at": "feed"},
    )
    return Entry(keys=(f"id:{url}", f"url:{url}"), digest=digest, source_id=url, url=url, content=content)


def _words(dice: random.Random, count: int) -> list[str]:
    words, weights = _vocabulary()
    return dice.choices(words, cum_weights=weights, k=count)


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Return words and how often they come, by Zipf's law, summed."""
    dice = random.Random(1)
    ends = ("", "", "s", "ed", "ing", "tion", "er")

    def word() -> str:
        syllables = (dice.choice("bcdfghjklmnprstvw") + dice.choice("aeiou") for _ in range(dice.randint(1, 4)))
        return "".join(syllables) + dice.choice(ends)

    return [word() for _ in range(VOCABULARY)], list(accumulate(1 / rank for rank in range(10, VOCABULARY + 10)))
