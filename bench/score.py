"""`python -m bench.score`: how exactly the commands read and fold what the corpus holds, by its own measures."""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import related

CORPUS = Path("../shared/corpus")
DATES = ("issued", "released", "created", "revised", "versionCreated", "versioncreated", "firstcreated")
STATUSES = {"usable": "usable", "withheld": "withheld", "canceled": "cancelled", "cancelled": "cancelled"}

_ROLE = re.compile(
    r"correspondent|report(?:er|ing)|editor|writer|columnist|journalist|photographer|producer|presenter|analyst|chief|"
    r"redak|korrespondent|redactor|rédact|giornalista|periodista",
    re.IGNORECASE,
)

Row = dict[str, Any]

GROUPS: dict[str, Callable[[Row], bool]] = {
    "real, all pages": lambda row: row["origin"] == "real",
    "real, pages with an article": lambda row: row["origin"] == "real" and row["kind"] != "shell",
    "derived": lambda row: row["origin"] == "derived",
}


def main(
    what: Annotated[list[str] | None, typer.Argument(metavar="[feeds|pages|newswire|fold]...")] = None,
    corpus: Annotated[Path, typer.Option(help="The folder that holds the corpus.")] = CORPUS,
    worst: Annotated[int, typer.Option(help="Name so many of the worst documents.")] = 0,
) -> None:
    """Score what `wireroom poll`, `extract` and `fold` say of the corpus, by the corpus' own measures."""
    parts = {"feeds": _feeds, "pages": _pages, "newswire": _newswire, "fold": _fold}
    if unknown := set(what or ()) - set(parts):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))} is none of {', '.join(parts)}.")
    if not (corpus / "README.md").is_file():
        print(f"There is no corpus at {corpus}: nothing was scored.")
        return
    with tempfile.TemporaryDirectory(prefix="wireroom-score-") as scratch:
        for name in what or parts:
            parts[name](corpus.resolve(), Path(scratch), worst)


def _feeds(corpus: Path, scratch: Path, worst: int) -> None:
    answers = _answers("poll", corpus, "feeds", "feed_url", scratch)
    predictions = [{"id": answer["id"], "entries": [_entry(one) for one in answer["articles"]]} for answer in answers]
    _score(corpus / "score/score_feeds.py", predictions, scratch / "feeds.jsonl", f"--worst={worst}")


def _entry(article: Mapping[str, Any]) -> Row:
    """Return a prediction; the reference lists links as written, and so is one told here that was resolved."""
    kept = ("published_at", "updated_at")
    written = article["provenance"].get("url_raw") or article["url"]
    return {"id": article["source_id"], "title": article["headline"], "url": written} | {
        name: article[name] for name in kept
    }


def _pages(corpus: Path, scratch: Path, worst: int) -> None:
    answers = _answers("extract", corpus, "pages", "source_url", scratch)
    predictions = [
        {"id": answer["id"], **(_page(answer["articles"][0]) if answer["articles"] else {})} for answer in answers
    ]
    _score(corpus / "score/score_pages.py", predictions, scratch / "pages.jsonl", f"--worst={worst}")


def _page(article: Mapping[str, Any]) -> Row:
    return {
        "title": article["headline"],
        "authors": list(_signatories(article)),
        "published_at": article["published_at"],
        "body": article["body_text"],
        "images": article["images"],
    }


def _signatories(article: Mapping[str, Any]) -> Iterator[str]:
    """Yield whoever signs, as the reference counts authors: the people, and what else the byline names but their roles.

    `authors` holds people alone; agencies, desks and the title itself stand in `byline`, as written.
    """
    people = [str(author["name"]) for author in article["authors"]]
    yield from people
    if not people:
        yield article["byline"] or ""
    for part in (article["byline"] or "").split(", ") if people else ():
        named = any(name.casefold() in part.casefold() or part.casefold() in name.casefold() for name in people)
        if part and not named and not _ROLE.search(part):
            yield part


def _answers(verb: str, corpus: Path, part: str, address: str, scratch: Path) -> Iterator[Row]:
    """Yield what the command says of each document that the manifest of `part` lists, and say what it took."""
    listing = scratch / "listing.jsonl"
    with listing.open("w", encoding="utf-8") as lines:
        for row in _rows(corpus / part / "manifest.jsonl"):
            known = str(row.get(address) or "")
            url = known if known.startswith("http") else f"https://corpus.example/{row['id']}"
            lines.write(json.dumps({"id": row["id"], "path": str(corpus / row["path"]), "url": url}) + "\n")
    yield from map(json.loads, _command(f"{part}, through wireroom {verb}", verb, "--from", str(listing)).splitlines())


def _command(heading: str, *words: str) -> str:
    """Return what the command `wireroom` prints, under a heading that says what it took."""
    before = os.times()
    told = subprocess.run(
        [sys.executable, "-m", "services.command", *words], stdout=subprocess.PIPE, text=True, check=True
    )
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"\n{heading}: {cpu_s:.1f} s CPU", flush=True)
    return told.stdout


def _score(scorer: Path, predictions: list[Row], path: Path, *options: str) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in predictions), encoding="utf-8")
    subprocess.run([sys.executable, str(scorer), str(path), *options], check=True)


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _newswire(corpus: Path, scratch: Path, worst: int) -> None:
    """Count what of each listed item is found; documents without a list are only read."""
    got = {answer["id"]: answer for answer in _answers("poll", corpus, "newswire", "source_url", scratch)}
    found: dict[str, Counter[str]] = {}
    misses: list[str] = []
    for row in _rows(corpus / "newswire/manifest.jsonl"):
        items, articles = row["expected"]["items"], got[row["id"]]["articles"]
        for group in ("all", str(row["format"])):
            counts = found.setdefault(group, Counter())
            counts["documents"] += 1
            counts["read"] += bool(articles)
            for name, hit in _facts(items or [], articles):
                counts[f"{name} found"] += hit
                counts[name] += 1
        misses += [f"  {row['path']}: no {name}" for name, hit in _facts(items or [], articles) if not hit]
    names = ("item", "id", "headline", "date", "status", "byline")
    print(f"{'':<34}{'docs':>6}{'read':>6}" + "".join(f"{name:>16}" for name in names))
    for group, counts in sorted(found.items()):
        cells = (f"{counts[f'{name} found']} of {counts[name]}" if counts[name] else "-" for name in names)
        print(f"{group:<34}{counts['documents']:>6}{counts['read']:>6}" + "".join(f"{cell:>16}" for cell in cells))
    print("\n".join(misses[:worst]))


def _facts(items: list[Row], articles: list[Row]) -> Iterator[tuple[str, bool]]:
    """Yield each fact that the reference states, and whether an article has it."""
    for at, item in enumerate(items):
        article = next((one for one in articles if one["source_id"] == item["id"]), None) or (
            articles[at] if at < len(articles) else None
        )
        yield "item", article is not None
        said: Mapping[str, Any] = article or {}
        if item.get("id"):
            yield "id", said.get("source_id") == item["id"]
        if item.get("headline"):
            yield "headline", _plain(said.get("headline")) == _plain(item["headline"])
        if moments := {moment for name in DATES if (moment := _moment(item.get(name)))}:
            yield "date", bool(moments & {_moment(said.get("published_at")), _moment(said.get("updated_at"))})
        if status := STATUSES.get(str(item.get("pubstatus") or item.get("pubStatus") or "").rpartition(":")[2]):
            yield "status", said.get("status") == status
        if item.get("byline") or item.get("by"):
            yield "byline", _plain(said.get("byline")) == _plain(item.get("byline") or item.get("by"))


def _plain(text: object) -> str:
    """Return a text in one line; one that was encoded twice counts as what it was."""
    line = " ".join(str(text or "").split())
    with suppress(UnicodeError):
        return line.encode("latin-1").decode("utf-8")
    return line


def _moment(text: object) -> datetime | None:
    """Return a moment as ISO 8601 names it, in UTC; none without an offset."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(str(text))
        return moment.astimezone(UTC) if moment.tzinfo else None
    return None


def _fold(corpus: Path, scratch: Path, worst: int) -> None:
    """Fold all articles; real ones are scored first, then those that were derived from them by rules."""
    folder = corpus / "syndication"
    articles = list(_rows(folder / "dev.jsonl.gz"))
    listing, told = scratch / "articles.jsonl", scratch / "stories.jsonl"
    kept = ("id", "publisher", "title", "text", "published_at", "url")
    lines = (json.dumps({name: row[name] for name in kept if row.get(name)}) + "\n" for row in articles)
    listing.write_text("".join(lines), encoding="utf-8")
    told.write_text(_command("copies, through wireroom fold", "fold", str(listing)), encoding="utf-8")
    score = [sys.executable, str(folder / "score.py"), str(told), "--neutral", str(folder / "neutral.jsonl.gz")]
    for name, chosen in GROUPS.items():
        gold = scratch / "gold.jsonl"
        gold.write_text("".join(json.dumps(row) + "\n" for row in articles if chosen(row)), encoding="utf-8")
        print(f"\n{name}", flush=True)
        subprocess.run([*score, "--gold", str(gold), f"--errors={worst}"], check=True)
    story = {row["id"]: row["story"] for row in _rows(told)}
    pairs = list(_rows(folder / "hard.jsonl.gz"))
    folded = sum(story[pair["a"]] == story[pair["b"]] for pair in pairs)
    print(f"\npairs that look alike and are no copies: {folded} of {len(pairs)} folded ({folded / len(pairs):.2%})")
    print(related.measure(row for row in articles if row["origin"] == "real" and row["kind"] != "shell"))


if __name__ == "__main__":
    typer.run(main)
