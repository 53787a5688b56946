"""Whether two articles carry the same text. Pure.

In this order:

1. Recorded more than a window apart they make no pair; an article without a time is in every window.
2. Articles of one publication make a pair only as one article under two addresses: the same headline, the same text
   both ways (Jaccard of at least `REPRINT_SHARE`), no other name or figure in any place, announced by its headline
   (rule 7). What is less alike is a revision or another day's template.
3. The same agency item, or one canonical address for both, makes a pair whatever the words are.
4. With fewer than `LEAST_SHINGLES` shingles left in either, words prove nothing: none.
5. The shorter text has to be in the longer one: containment of at least the threshold. It is lower for two that
   credit the same agency under the same dateline within a day, as an agency rewrites its text from hour to hour; and
   under headlines that are alike, if no name, figure or day is another: a text may be both cut and added to.
6. Texts with other names, figures and days in the same places all along (weather, markets, results, obituaries) are
   one template filled twice: none.
7. What the two share has to be announced by a headline, or else it is a form, a box or a background that both pages
   show: none, unless the headlines of two publications are alike.
8. A text that is less than half of the longer may be an item of a digest or a passage of a report: none, unless the
   headlines are alike, or both credit one agency under one dateline. If it is a quarter at least, it is enough that the
   longer opens with it or announces it.
9. Two articles on one speech share what was said: none, if the shorter one's own words are not in the longer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from services.indexer.fold.claims import addresses
from services.indexer.fold.editions import LEAST_OTHERS, OTHERS_DENSITY, another_edition, others_at_most, replaced
from services.indexer.fold.evidence import alike_headlines, announced, announces, same_headline, telling
from services.indexer.fold.quotes import spoken
from services.indexer.fold.shingles import Sketch, opens_with, parted, reworded

LEAST_SHINGLES = 30  # about two sentences; shorter ones are shared by chance
SAME_SOURCE_SHARE = 0.75  # of the threshold, for two that credit one agency under one dateline
SAME_SUBJECT_SHARE = 0.85  # of the threshold, for two under headlines that are alike and say nothing else anywhere
SAME_SOURCE_WITHIN = timedelta(days=1)  # later, it is the same place and another day's text
REPRINT_SHARE = 0.85  # of both texts together, by shingles
PASSAGE_SHARE = 0.5  # of the longer text that both have, by shingles; below it, it may be a passage in the longer
MERE_PASSAGE_SHARE = 0.25  # below it, it is one, unless the headlines say otherwise
OPENING = 3  # sentences; a text that was cut from the bottom keeps them
WHOLE_SHARE = 0.9  # of the shorter text
OWN_SHARE = 0.5  # of the threshold, for what the shorter text does not quote
WINDOW = timedelta(days=14)

_AT_HAND = 64  # pairs whose overlap is kept for the next rule

# A posting that leads to more different texts than this is a form or a phrase of the trade, and ignored for all.
CROWD = 500
# Two texts' shared postings waver around their containment; below this share of the threshold they cannot reach it.
SAMPLED_SHARE = 0.4


@dataclass(frozen=True)
class Candidate:
    """What decides whether an article is a copy of another."""

    id: int
    publication: int | str | None  # None: unknown, and no other's
    headline: str
    text: str  # without the publication's furniture
    sketch: Sketch  # of `text`
    recorded_at: datetime | None  # published, else first seen
    url: str | None = None
    canonical_url: str | None = None
    agency_item: str | None = None  # the agency's own identifier of the text, as the article names it
    credit: str | None = None  # the agency
    dateline: str | None = None
    said: str = ""  # the text as its publisher wrote it

    @property
    def both(self) -> tuple[str, str]:
        """The text, stripped and as it was written."""
        return self.text, self.said


@dataclass(frozen=True)
class Pair:
    """Two articles with the same text, and what says so; `a` is the smaller id."""

    a: int
    b: int
    containment: float  # share of the shorter text that both have, 0 to 1
    evidence: str  # text, canonical, agency or reprint


def containment(a: Sketch, b: Sketch) -> float:
    """Return the share of the shorter text's shingles that the other has, 0 to 1; 0 where one has none."""
    shorter = min(len(a.hashes), len(b.hashes))
    return _overlap(a.hashes, b.hashes) / shorter if shorter else 0.0


def jaccard(a: Sketch, b: Sketch) -> float:
    """Return the share of both texts' shingles that both have, 0 to 1; 0 where neither has any."""
    common = _overlap(a.hashes, b.hashes)
    either = len(a.hashes) + len(b.hashes) - common
    return common / either if either else 0.0


@lru_cache(_AT_HAND)
def _overlap(a: frozenset[int], b: frozenset[int]) -> int:
    """Return how many shingles two texts share; most rules ask for it."""
    return len(a & b)


def least_threshold(threshold: float) -> float:
    """Return the lowest containment at which evidence can make a pair of two texts."""
    return SAME_SOURCE_SHARE * threshold


def bar(a: Candidate, b: Candidate, threshold: float) -> float:
    """Return the containment that two articles need, 0 to 1 (rule 5)."""
    if same_source(a, b):
        return least_threshold(threshold)
    lower = SAME_SUBJECT_SHARE * threshold
    return lower if lower <= containment(a.sketch, b.sketch) < threshold and same_subject(a, b) else threshold


def same_source(a: Candidate, b: Candidate) -> bool:
    """Return whether both credit the same agency under the same dateline within a day."""
    if not (a.credit and a.dateline and a.recorded_at and b.recorded_at) or a.credit != b.credit:
        return False
    return same_headline(a.dateline, b.dateline or "") and near(a.recorded_at, b.recorded_at, SAME_SOURCE_WITHIN)


def same_subject(a: Candidate, b: Candidate) -> bool:
    """Return whether two texts under headlines that are alike and tell something differ in no name, figure or day."""
    told = telling(a.headline) and telling(b.headline) and alike_headlines(a.headline, b.headline)
    return told and not replaced(a.both, b.both)[0]


def judge(a: Candidate, b: Candidate, threshold: float, window: timedelta = WINDOW) -> Pair | None:
    """Return the pair that two articles make by the rules above, or None."""
    evidence = _evidence(a, b, threshold) if near(a.recorded_at, b.recorded_at, window) else None
    return Pair(min(a.id, b.id), max(a.id, b.id), containment(a.sketch, b.sketch), evidence) if evidence else None


def worth_judging(shared: int, a: int, b: int, threshold: float) -> bool:
    """Return whether two texts with `a` and `b` postings, `shared` of them the same, can be one."""
    return shared >= SAMPLED_SHARE * threshold * min(a, b)


def near(a: datetime | None, b: datetime | None, window: timedelta) -> bool:
    """Return whether two recorded times lie within a window (rule 1)."""
    return a is None or b is None or abs(a - b) <= window


def _evidence(a: Candidate, b: Candidate, threshold: float) -> str | None:
    if a.publication is not None and a.publication == b.publication:
        return "reprint" if reprinted(a, b, threshold) else None
    return said_to_be_one(a, b) or ("text" if one_text(a, b, threshold) else None)


def one_text(a: Candidate, b: Candidate, threshold: float) -> bool:
    """Return whether the words say that two articles of two publications carry one text (rules 4 to 9)."""
    if not contained(a, b, bar(a, b, threshold)):
        return False
    return not (refilled(a, b) or unannounced(a, b) or passage(a, b) or only_quoted(a, b, threshold))


def reprinted(a: Candidate, b: Candidate, threshold: float) -> bool:
    """Return whether two articles of one publication are one under two addresses (rule 2)."""
    if not same_headline(a.headline, b.headline) or _shorter(a, b) < LEAST_SHINGLES:
        return False
    if jaccard(a.sketch, b.sketch) < max(REPRINT_SHARE, threshold) or replaced(a.both, b.both)[0]:
        return False
    return _announced(a, b)


def contained(a: Candidate, b: Candidate, threshold: float) -> bool:
    """Return whether one text is in the other to this share (rules 4 and 5); nothing else of the articles matters."""
    return _shorter(a, b) >= LEAST_SHINGLES and containment(a.sketch, b.sketch) >= threshold


def refilled(a: Candidate, b: Candidate) -> bool:
    """Return whether the two are one template filled twice (rule 6); each other name or figure takes a shingle."""
    common = _common(a, b)
    if _shorter(a, b) - common < max(LEAST_OTHERS, OTHERS_DENSITY * common):
        return False
    return min(_others_at_most(a, b), _others_at_most(b, a)) >= LEAST_OTHERS and another_edition(a.both, b.both)


def _others_at_most(one: Candidate, other: Candidate) -> int:
    return others_at_most(reworded(one.text, other.sketch.hashes), other.text)


def whole(a: Candidate, b: Candidate) -> bool:
    """Return whether the longer text has nearly all of the shorter one, so that sentences need no look."""
    return containment(a.sketch, b.sketch) >= WHOLE_SHARE


def unannounced(a: Candidate, b: Candidate) -> bool:
    """Return whether what the two share is a form, a box or a background (rule 7)."""
    return not (alike_headlines(a.headline, b.headline) or _announced(a, b))


def passage(a: Candidate, b: Candidate) -> bool:
    """Return whether what the two share is a passage in the longer text, and no trim of it (rule 8)."""
    longer = max(a, b, key=_length)
    share = _common(a, b) / len(longer.sketch.hashes)
    if share >= PASSAGE_SHARE or alike_headlines(a.headline, b.headline) or same_source(a, b):
        return False
    shorter = b if longer is a else a
    return share < MERE_PASSAGE_SHARE or not _led_by(longer, shorter)


def _led_by(longer: Candidate, shorter: Candidate) -> bool:
    """Return whether a text opens with what it shares with a shorter one, or its headline announces that."""
    if not longer.headline or opens_with(longer.text, shorter.sketch.hashes, OPENING):
        return True
    return announces(longer.headline, _shared(longer, shorter))


def only_quoted(a: Candidate, b: Candidate, threshold: float) -> bool:
    """Return whether the shorter text has hardly more in the longer than what it quotes (rule 9)."""
    if whole(a, b):
        return False
    shorter = min(a, b, key=_length)
    other = b if shorter is a else a
    own = shorter.sketch.hashes - spoken(shorter.said)
    return len(own) >= LEAST_SHINGLES and len(own & other.sketch.hashes) < OWN_SHARE * threshold * len(own)


def _announced(a: Candidate, b: Candidate) -> bool:
    """Return whether either headline announces what both have."""
    shorter = min(a, b, key=_length)
    shared = shorter.text if containment(a.sketch, b.sketch) == 1 else _shared(shorter, b if shorter is a else a)
    return announced((a.headline, b.headline), shared)


def _shared(one: Candidate, other: Candidate) -> str:
    """Return the sentences of one article that the other has."""
    return "\n".join(parted(one.text, other.sketch.hashes)[0])


def _length(article: Candidate) -> tuple[int, str]:
    return len(article.sketch.hashes), article.text


def _common(a: Candidate, b: Candidate) -> int:
    return _overlap(a.sketch.hashes, b.sketch.hashes)


def _shorter(a: Candidate, b: Candidate) -> int:
    return min(len(a.sketch.hashes), len(b.sketch.hashes))


def said_to_be_one(a: Candidate, b: Candidate) -> str | None:
    """Return how the publishers themselves say that the two are one text (rule 3), or None if they do not."""
    if a.agency_item is not None and a.agency_item == b.agency_item:
        return "agency"
    common = addresses(a.url, a.canonical_url) & addresses(b.url, b.canonical_url)
    return "canonical" if common else None
