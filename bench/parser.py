"""`python -m bench.parser`: what the pure parser costs, beside feedparser and trafilatura on the same documents."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated

import feedparser
import trafilatura
import typer

from bench.documents import NEW_ENTRIES, folder_documents, sample_documents
from bench.errors import BenchError
from bench.parser_documents import ENTRIES, URL, forget, message, sample_pages, sample_windows, wide_enough
from services.parser.article import read_content
from services.parser.document import read_document
from services.parser.fields.language import detected_language
from services.parser.formats.detect import read_listing
from shared.errors import PermanentError
from shared.messages import DIGEST_CHARS, Kind, Result

SAMPLES = 50
MAX_ENTRIES = 2000
_TEXT = "The house will sit again on Tuesday, when the members are to vote on the bill."

Work = Callable[[], object]


def main(
    feeds: Annotated[int | None, typer.Option(help="How many feeds; 50 samples or the whole folder.", min=1)] = None,
    documents: Annotated[Path | None, typer.Option(help="A folder of feed documents, plain or .gz.")] = None,
    pages: Annotated[Path | None, typer.Option(help="A folder of article pages, plain or .gz.")] = None,
    rounds: Annotated[int, typer.Option(help="Rounds, of which each document's cheapest counts.", min=1)] = 3,
) -> None:
    """Read feeds and pages without a line and print what they took."""
    try:
        served = folder_documents(documents, feeds) if documents else sample_documents(feeds or SAMPLES)
        texts = [one.body for one in folder_documents(pages, None)] if pages else sample_pages()
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    bodies = [one.later or one.body for one in served]
    detected_language(_TEXT)  # loads the model
    print(f"{'milliseconds of CPU a document':<46}{'number':>8}{'mean':>9}{'median':>9}")
    _cold(bodies, rounds)
    _little(wide_enough(bodies) if documents else sample_windows(len(bodies)), rounds)
    _articles(bodies, rounds)
    _pages(texts, rounds)
    print(f"\n{_resident_mib()} MiB resident in the end, the benchmark and both witnesses among it")


def _cold(bodies: Sequence[bytes], rounds: int) -> None:
    ours = [partial(_written, body) for body in bodies]
    theirs = [partial(_witness, body) for body in bodies]
    _beside("a cold feed, its message written", ours, "feedparser with its sanitiser", theirs, rounds)


def _little(bodies: Sequence[bytes], rounds: int) -> None:
    windows = [(body, window) for body in bodies if (window := _read(body).window)]
    if not windows:
        return
    few = [partial(_read, body, known[NEW_ENTRIES * DIGEST_CHARS :]) for body, known in windows]
    none = [partial(_read, body, known) for body, known in windows]
    _row(f"{ENTRIES} entries, {NEW_ENTRIES} of them new", _least(few, rounds))
    _row(f"{ENTRIES} entries, none new", _least(none, rounds))


def _articles(bodies: Sequence[bytes], rounds: int) -> None:
    work: list[Work] = []
    for body in bodies:
        with suppress(PermanentError):
            window = read_listing(body, URL, None)
            items = [slot.read() for slot in window.slots if not slot.cancelled]
            work += [partial(read_content, item, window) for item in items]
    _row("an article: text, language, addresses, people", _least(work, rounds))


def _pages(texts: Sequence[bytes], rounds: int) -> None:
    ours = [partial(read_document, message(kind=Kind.PAGE), text, MAX_ENTRIES) for text in texts]
    theirs = [partial(trafilatura.bare_extraction, text, with_metadata=True) for text in texts]
    _beside("a page", ours, "trafilatura", theirs, rounds)


def _read(body: bytes, known: str = "") -> Result:
    return read_document(message(known), body, MAX_ENTRIES)


def _written(body: bytes) -> str:
    return _read(body).model_dump_json(exclude_defaults=True)


def _witness(body: bytes) -> None:
    with suppress(Exception):  # some documents are more than it takes
        feedparser.parse(body)


def _beside(name: str, ours: Sequence[Work], other: str, theirs: Sequence[Work], rounds: int) -> None:
    """Measure both sides one after the other in each round and print both, with the ratio."""
    mine, yours = _least(ours, 1), _least(theirs, 1)
    for _ in range(rounds - 1):
        mine, yours = _least(ours, 1, mine), _least(theirs, 1, yours)
    _row(name, mine)
    _row(f"  {other}", yours)
    print(f"{'  ratio':<54}{sum(mine) / sum(yours):>9.2f}{median(mine) / median(yours):>9.2f}")


def _least(work: Sequence[Work], rounds: int, known: Sequence[float] = ()) -> list[float]:
    """Return the milliseconds that each took at best, in so many rounds or in those before."""
    best = list(known)
    for _ in range(rounds):
        forget()
        taken = [_milliseconds(one) for one in work]
        best = list(map(min, best, taken)) if best else taken
    return best


def _milliseconds(work: Work) -> float:
    begun = time.process_time()
    with suppress(PermanentError):
        work()
    return 1000 * (time.process_time() - begun)


def _row(name: str, taken: Sequence[float]) -> None:
    if taken:
        print(f"{name:<46}{len(taken):>8}{sum(taken) / len(taken):>9.2f}{median(taken):>9.2f}")


def _resident_mib() -> int:
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))
    return 0


if __name__ == "__main__":
    typer.run(main)
