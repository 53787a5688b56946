"""What a fold over a file keeps on disk: articles, their texts and postings, in a private SQLite database.

SQLite holds a database without a name in its page cache and spills what does not fit to a temporary file that goes with
it. Whatever is large is written in a row; put in here and there, pages would be written many times over. Equal texts
are kept once and share their postings. Articles are numbered by their ids, so their numbers do not depend on the order
of arrival; the keys of texts do, and tell nothing but which texts are the same.
"""

import sqlite3
import zlib
from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np

from services.indexer.fold.claims import claims
from services.indexer.fold.furniture import HEADLINES, headline_key, keep, segments
from services.indexer.fold.lines import MORE, Article
from services.indexer.fold.pairs import CROWD, Candidate, worth_judging
from services.indexer.fold.shingles import Sketch, sketch_words
from services.indexer.fold.words import digest

_PAGE_CACHE_KIB = 64_000
_TEXTS_AT_HAND = 1000  # about 60 kB each
_NUMBERS_AT_HAND = 100_000  # 200 B each

_TABLES = """
CREATE TABLE article (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE, publication TEXT, headline TEXT, at TEXT,
    url TEXT, canonical_url TEXT, agency_item TEXT, credit TEXT, dateline TEXT, said BLOB
);
CREATE TABLE claim (claim INTEGER, row INTEGER);
CREATE TABLE body (row INTEGER PRIMARY KEY, publication TEXT, sentences TEXT, digests BLOB);
CREATE TABLE sentence (publication TEXT, digest INTEGER, headline INTEGER);
CREATE TABLE text (key INTEGER PRIMARY KEY, body TEXT, hashes BLOB, sample BLOB, words INTEGER);
CREATE TABLE posting (hash INTEGER, key INTEGER);
CREATE TABLE place (number INTEGER PRIMARY KEY, row INTEGER, key INTEGER);
"""

_INDEXES = """
DROP TABLE sentence;
DROP TABLE body;
CREATE UNIQUE INDEX by_key ON place (key, number);
CREATE UNIQUE INDEX by_row ON place (row);
CREATE INDEX by_claim ON claim (claim, row);
CREATE INDEX by_hash ON posting (hash, key);
"""

_FURNITURE = """
SELECT publication, digest FROM sentence GROUP BY publication, digest HAVING count(DISTINCT headline) >= ?
"""

_SHARED = """
SELECT a.key, b.key, count(*) FROM posting a JOIN posting b ON b.hash = a.hash AND b.key > a.key
WHERE a.hash NOT IN (SELECT hash FROM posting GROUP BY hash HAVING count(*) > ?)
GROUP BY a.key, b.key
"""

_REPEATED = "SELECT key FROM place GROUP BY key HAVING count(*) > 1 ORDER BY key"

_SHARED_CLAIMS = "SELECT claim FROM claim GROUP BY claim HAVING count(*) > 1 ORDER BY claim"
_CLAIMING = "number IN (SELECT number FROM claim JOIN place USING (row) WHERE claim = ?)"

_CANDIDATES = """
SELECT number, publication, headline, at, t.body, t.hashes, t.sample, t.words,
    url, canonical_url, agency_item, credit, dateline, said
FROM place JOIN article USING (row) JOIN text t USING (key) WHERE {} ORDER BY number
"""


class Shelf:
    """The articles of one file on their way to stories."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{_PAGE_CACHE_KIB};"
        )
        self._db.executescript(_TABLES + "BEGIN;")
        self._keys: dict[int, int] = {}  # of texts, by their digests
        self._postings = array("i")  # how many each text has, by key
        self.carriers = lru_cache(_TEXTS_AT_HAND)(self._carriers)
        self.numbers = lru_cache(_NUMBERS_AT_HAND)(self._numbers)

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def add(self, article: Article) -> bool:
        """Keep an article and the sentences that may prove to be furniture; False if its id is there already."""
        at = article.recorded_at and article.recorded_at.isoformat()
        more = (
            *(getattr(article, name) for name in MORE),
            zlib.compress(article.text.encode("utf-8", "surrogatepass"), 1),
        )
        row = (article.id, article.publication, article.headline, at, *more)
        added = self._db.execute("INSERT OR IGNORE INTO article VALUES (NULL,?,?,?,?,?,?,?,?,?,?)", row)
        if not added.rowcount:
            return False
        said = claims(article.url, article.canonical_url, article.agency_item)
        self._db.executemany("INSERT INTO claim VALUES (?,?)", ((claim, added.lastrowid) for claim in said))
        parts = segments(article.text)
        digests = array("q", (number for number, _ in parts))
        sentences = "\n".join(sentence for _, sentence in parts)
        body = (added.lastrowid, article.publication, sentences, digests.tobytes())
        self._db.execute("INSERT INTO body VALUES (?,?,?,?)", body)
        if article.publication is not None:
            key = headline_key(article.headline)
            carried = ((article.publication, number, key) for number in set(digests))
            self._db.executemany("INSERT INTO sentence VALUES (?,?,?)", carried)
        return True

    def post(self) -> None:
        """Take its publication's furniture out of each text, keep what is left once, and post its sample."""
        furniture = self._furniture()
        by_id = self._db.execute("SELECT row FROM article ORDER BY id")
        numbers = {row: number for number, (row,) in enumerate(by_id)}
        rows = self._db.execute("SELECT row, publication, sentences, digests FROM body ORDER BY row")
        for row, publication, sentences, digests in rows:
            parts = zip(array("q", digests), sentences.split("\n"), strict=False)
            key = self._keep(keep(parts, furniture.get(publication, ())))
            self._db.execute("INSERT INTO place VALUES (?,?,?)", (numbers[row], row, key))
        self._db.executescript(_INDEXES)

    def _furniture(self) -> dict[str | None, set[int]]:
        """Return the digests of each publication's furniture."""
        furniture: dict[str | None, set[int]] = {}
        for publication, number in self._db.execute(_FURNITURE, (HEADLINES,)):
            furniture.setdefault(publication, set()).add(number)
        return furniture

    def _keep(self, text: str) -> int:
        """Keep a text and its postings, unless it is there; return its key."""
        said = digest(text.replace("\n", " "))
        key = self._keys.get(said)
        if key is None:
            key = self._keys[said] = len(self._keys)
            made = sketch_words(text.split())  # it consists of words already
            row = (key, text, made.row.tobytes(), array("q", made.sample).tobytes(), made.words)
            self._db.execute("INSERT INTO text VALUES (?,?,?,?,?)", row)
            self._db.executemany("INSERT INTO posting VALUES (?,?)", ((number, key) for number in made.sample))
            self._postings.append(len(made.sample))
        return key

    def count(self) -> int:
        """Return the number of articles; they are numbered from 0 by their ids."""
        (count,) = self._db.execute("SELECT count(*) FROM place").fetchone()
        return int(count)

    def shared(self, threshold: float) -> Iterator[tuple[int, int]]:
        """Yield the keys of each two texts that share enough postings to be judged, crowded ones left out."""
        for a, b, shared in self._db.execute(_SHARED, (CROWD,)):
            if worth_judging(shared, self._postings[a], self._postings[b], threshold):
                yield a, b

    def repeated(self) -> list[int]:
        """Return the keys of the texts that several articles have."""
        return [key for (key,) in self._db.execute(_REPEATED)]

    def claimed(self) -> Iterator[list[Candidate]]:
        """Yield the articles that say they are the same: one address or agency's item at a time."""
        for (claim,) in self._db.execute(_SHARED_CLAIMS).fetchall():
            yield self._select(_CLAIMING, claim)

    def _numbers(self, key: int) -> list[int]:
        return [number for (number,) in self._db.execute("SELECT number FROM place WHERE key = ?", (key,))]

    def _carriers(self, key: int) -> list[Candidate]:
        return self._select("place.key = ?", key)

    def numbered(self, numbers: Iterable[int]) -> list[Candidate]:
        """Return the articles with these numbers."""
        return [candidate for number in numbers for candidate in self._select("number = ?", number)]

    def _select(self, where: str, value: int | str) -> list[Candidate]:
        return [_candidate(*row) for row in self._db.execute(_CANDIDATES.format(where), (value,))]

    def places(self) -> Iterator[tuple[str, int]]:
        """Yield each article's id and number, in the order of the file."""
        return iter(self._db.execute("SELECT id, number FROM article JOIN place USING (row) ORDER BY row"))

    def id_of(self, number: int) -> str:
        """Return the id of the article with this number."""
        (name,) = self._db.execute(
            "SELECT id FROM place JOIN article USING (row) WHERE number = ?", (number,)
        ).fetchone()
        return str(name)


def _candidate(
    number: int,
    publication: str | None,
    headline: str,
    at: str | None,
    body: str,
    hashes: bytes,
    sample: bytes,
    length: int,
    *more: Any,
) -> Candidate:
    made = Sketch(np.frombuffer(hashes, np.int64), tuple(array("q", sample)), length)
    recorded_at = datetime.fromisoformat(at) if at else None
    written = zlib.decompress(more[-1]).decode("utf-8", "surrogatepass")
    return Candidate(number, publication, headline, body, made, recorded_at, *(*more[:-1], written))
