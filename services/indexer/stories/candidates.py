"""The store's index of texts: which articles may carry the same text, by postings and by what they say they are.

Equal texts share one set of postings, so the bound on a posting counts different texts and depends on the set of
articles, never on who came first.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from struct import pack, unpack

from sqlalchemy import Connection, delete, func, select

from services.indexer.fold.pairs import CROWD, LEAST_SHINGLES, Candidate, worth_judging
from services.indexer.fold.words import digest
from services.indexer.settle import count
from shared.among import among, among_given, pairs_given
from shared.rows import insert_rows
from shared.tables import Carrier, Claim, FoldText, Pair, Posting, core

HASHES_AT_ONCE = 5000  # in one query, well under what either database takes
_CARRIERS = (
    select(Posting.hash, Posting.text_key, FoldText.postings)
    .join(FoldText, FoldText.key == Posting.text_key)
    .where(among_given(Posting.hash, "hashes"))
)
_HAVING = select(Carrier.text_key, Carrier.article_id).where(among_given(Carrier.text_key, "keys"))
_CLAIMING = select(Claim.claim, Claim.article_id).where(among_given(Claim.claim, "claims"))
_UNPOST = delete(core(Posting)).where(pairs_given(Posting.hash, Posting.text_key, "postings"))
_POSTED = select(FoldText.key).where(among_given(FoldText.key, "keys"))


@dataclass(frozen=True)
class Found:
    """What may be the same text as some articles, and the shingles that too many texts have by now."""

    likely: Mapping[int, set[int]]  # article ids, by article id
    crowded: frozenset[int] = frozenset()  # shingles that cross their bound with these articles
    crowd: frozenset[int] = frozenset()  # the texts that have them


def text_key(text: str) -> int:
    """Return the digest by which two texts are the same, whatever their lines."""
    return digest(text.replace("\n", " "))


def posted(article: Candidate) -> bool:
    """Return whether a text is long enough to be found by its words; that they are not one shingle again and again is
    looked at where two texts are judged.
    """
    return len(article.sketch.row) >= LEAST_SHINGLES


def find(
    connection: Connection, articles: Mapping[int, Candidate], said: Mapping[int, frozenset[int]], threshold: float
) -> Found:
    """Return which articles may be the same text as each of `articles`, which are not in the index.

    `said` are what they say they are.
    """
    own = {id_: text_key(one.text) for id_, one in articles.items() if posted(one)}
    samples = {own[id_]: articles[id_].sketch.sample for id_ in own}
    carriers, sizes = _carriers(connection, samples)
    telling = {hash_: keys for hash_, keys in carriers.items() if 1 < len(keys) <= CROWD}
    alike = {}
    for key, sample in samples.items():
        counts = Counter(chain.from_iterable(telling.get(hash_, ()) for hash_ in sample))
        alike[key] = {
            other
            for other, shared in counts.items()
            if other == key or worth_judging(shared, sizes[key], sizes[other], threshold)
        } | {key}
    having = _having(connection, own, set().union(*alike.values()))
    likely = {id_: set(chain.from_iterable(having[key] for key in alike[own[id_]])) for id_ in own}
    for id_, others in _claiming(connection, said).items():
        likely.setdefault(id_, set()).update(others)
    for id_, others in likely.items():
        others.discard(id_)
    return Found(likely, *_crossing(carriers, samples))


def _carriers(
    connection: Connection, samples: Mapping[int, Sequence[int]]
) -> tuple[dict[int, set[int]], dict[int, int]]:
    """Return the texts that have each shingle of `samples`, these among them, and how many postings each text has."""
    carriers: dict[int, set[int]] = defaultdict(set)
    for key, sample in samples.items():
        for hash_ in sample:
            carriers[hash_].add(key)
    sizes = {key: len(sample) for key, sample in samples.items()}
    hashes = sorted(carriers)
    for start in range(0, len(hashes), HASHES_AT_ONCE):
        for hash_, key, size in connection.execute(_CARRIERS, {"hashes": hashes[start : start + HASHES_AT_ONCE]}):
            carriers[hash_].add(key)
            sizes[key] = size
    return carriers, sizes


def _having(connection: Connection, own: Mapping[int, int], keys: Collection[int]) -> dict[int, set[int]]:
    """Return the articles that have each of the texts `keys`; `own` are those of articles not in the index."""
    having: dict[int, set[int]] = defaultdict(set)
    for id_, key in own.items():
        having[key].add(id_)
    if keys:
        for text, id_ in connection.execute(_HAVING, {"keys": list(keys)}):
            having[text].add(id_)
    return having


def _claiming(connection: Connection, said: Mapping[int, frozenset[int]]) -> dict[int, set[int]]:
    """Return the articles that say of themselves what each of `said` does."""
    claiming: dict[int, set[int]] = defaultdict(set)
    for id_, claims in said.items():
        for claim in claims:
            claiming[claim].add(id_)
    if claiming:
        for claim, id_ in connection.execute(_CLAIMING, {"claims": list(claiming)}):
            claiming[claim].add(id_)
    return {id_: set().union(*(claiming[claim] for claim in claims)) for id_, claims in said.items() if claims}


def _crossing(
    carriers: Mapping[int, set[int]], samples: Mapping[int, Sequence[int]]
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the shingles whose texts became too many with `samples`, and these texts."""
    crowded = frozenset(
        hash_ for hash_, keys in carriers.items() if len(keys) > CROWD >= len(keys) - len(keys & samples.keys())
    )
    return crowded, frozenset(chain.from_iterable(carriers[hash_] for hash_ in crowded))


def add(
    connection: Connection,
    articles: Mapping[int, Candidate],
    said: Mapping[int, frozenset[int]],
    at: Mapping[int, datetime],
) -> None:
    """Put articles into the index; `at` are their recorded times."""
    insert_rows(
        connection, Claim, ("claim", "article_id"), [(claim, id_) for id_, claims in said.items() for claim in claims]
    )
    own = {id_: text_key(one.text) for id_, one in articles.items() if posted(one)}
    if not own:
        return
    known = set(connection.scalars(_POSTED, {"keys": list(set(own.values()))}))
    samples = {key: articles[id_].sketch.sample for id_, key in own.items()}
    postings = [(hash_, key) for key in samples.keys() - known for hash_ in samples[key]]
    insert_rows(connection, Posting, ("hash", "text_key"), postings)
    latest: dict[int, datetime] = {}
    for id_, key in own.items():
        latest[key] = max(at[id_], latest.get(key, at[id_]))
    later = "greatest" if connection.dialect.name == "postgresql" else "max"
    insert_rows(
        connection,
        FoldText,
        ("key", "postings", "sample", "at"),
        [(key, len(samples[key]), _packed(samples[key]), latest[key]) for key in sorted(samples)],
        f"ON CONFLICT (key) DO UPDATE SET at = {later}({core(FoldText).name}.at, excluded.at)",
    )
    insert_rows(connection, Carrier, ("article_id", "text_key"), list(own.items()))


def remove(connection: Connection, ids: Collection[int]) -> None:
    """Take articles out of the index; a text that no other article has goes with them."""
    connection.execute(delete(Claim).where(among(Claim.article_id, ids)))
    mine = delete(Carrier).where(among(Carrier.article_id, ids)).returning(Carrier.text_key)
    keys = set(connection.scalars(mine))
    if not keys:
        return
    others = select(Carrier.text_key).where(among(Carrier.text_key, keys))
    forget_texts(connection, keys - set(connection.scalars(others)))


def forget_texts(connection: Connection, keys: Collection[int]) -> None:
    """Take texts out of the index, whoever has them."""
    if not keys:
        return
    postings = sorted((hash_, key) for key, sample in _samples(connection, keys).items() for hash_ in sample)
    for start in range(0, len(postings), HASHES_AT_ONCE):
        connection.execute(_UNPOST, {"postings": postings[start : start + HASHES_AT_ONCE]})
    connection.execute(delete(Carrier).where(among(Carrier.text_key, keys)))
    connection.execute(delete(FoldText).where(among(FoldText.key, keys)))


def _samples(connection: Connection, keys: Iterable[int]) -> dict[int, set[int]]:
    """Return the shingles that are posted of each text."""
    rows = connection.execute(select(FoldText.key, FoldText.sample).where(among(FoldText.key, keys)))
    return {key: set(unpack(f"<{len(sample) // 8}q", sample)) for key, sample in rows}


def _packed(sample: Sequence[int]) -> bytes:
    return pack(f"<{len(sample)}q", *sample)


def part_crowd(connection: Connection, found: Found, threshold: float) -> set[int]:
    """Undo pairs that rest on shingles which too many texts have by now; return the articles that made them.

    So a shingle over its bound is ignored for all, whenever they came. The articles of `found` are in the index.
    """
    if not found.crowded:
        return set()
    count(connection, "crowded_shingles", len(found.crowded))
    keys = {id_: key for key, ids in _having(connection, {}, found.crowd).items() for id_ in ids}
    pairs = select(Pair.a, Pair.b).where(Pair.evidence == "text", among(Pair.a, keys), among(Pair.b, keys))
    samples = _samples(connection, found.crowd)
    busy = _busy(connection, set().union(*samples.values()))
    gone = {
        (a, b)
        for a, b in connection.execute(pairs)
        if (one := samples[keys[a]]) is not (other := samples[keys[b]])
        and not worth_judging(len((one & other) - busy), len(one), len(other), threshold)
    }
    for a, b in gone:
        connection.execute(delete(Pair).where(Pair.a == a, Pair.b == b))
    return set(chain.from_iterable(gone))


def _busy(connection: Connection, hashes: Iterable[int]) -> set[int]:
    """Return those of `hashes` that more texts have than are looked at."""
    listed, busy = sorted(hashes), set()
    for start in range(0, len(listed), HASHES_AT_ONCE):
        some = among(Posting.hash, listed[start : start + HASHES_AT_ONCE])
        full = select(Posting.hash).where(some).group_by(Posting.hash).having(func.count() > CROWD)
        busy |= set(connection.scalars(full))
    return busy
