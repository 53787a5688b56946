"""Why two articles make a pair, or make none, in sentences that name the rule of `pairs`. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from services.indexer.fold.editions import replaced
from services.indexer.fold.evidence import same_headline
from services.indexer.fold.pairs import (
    LEAST_SHINGLES,
    REPRINT_SHARE,
    Candidate,
    Pair,
    bar,
    containment,
    jaccard,
    judge,
    near,
    passage,
    refilled,
    same_source,
    unannounced,
)

MADE = {
    "reprint": "one publication's article under two addresses: the same headline, text and figures (rule 2)",
    "agency": "both name the same agency item (rule 3)",
    "canonical": "both have one canonical address (rule 3)",
}


@dataclass(frozen=True)
class Reason:
    """What became of two articles, and why."""

    pair: Pair | None
    containment: float
    sentence: str


def reason(a: Candidate, b: Candidate, threshold: float, window: timedelta) -> Reason:
    """Return whether two articles make a pair, and the rule that says so."""
    pair = judge(a, b, threshold, window)
    share = containment(a.sketch, b.sketch)
    if pair is None:
        return Reason(None, share, _refusal(a, b, share, threshold, window))
    lowered = ", lowered for one agency under one dateline" if same_source(a, b) else ""
    lowered = lowered or (", lowered for headlines that are alike" if share < threshold else "")
    needed = bar(a, b, threshold)
    said = f"{share:.0%} of the shorter text is in the longer, at least {needed:.0%} are needed{lowered} (rule 5)"
    return Reason(pair, share, MADE.get(pair.evidence, said))


def _refusal(a: Candidate, b: Candidate, share: float, threshold: float, window: timedelta) -> str:
    if not near(a.recorded_at, b.recorded_at, window):
        return f"they are recorded more than {window.days} days apart (rule 1)"
    if a.publication is not None and a.publication == b.publication:
        return _no_reprint(a, b)
    shorter = min(len(a.sketch.hashes), len(b.sketch.hashes))
    if shorter < LEAST_SHINGLES:
        return f"the shorter text has {shorter} shingles, fewer than {LEAST_SHINGLES}: words prove nothing (rule 4)"
    if share < bar(a, b, threshold):
        needed = bar(a, b, threshold)
        return f"{share:.0%} of the shorter text is in the longer, at least {needed:.0%} are needed (rule 5)"
    if refilled(a, b):
        others, in_line = replaced(a.both, b.both)
        return f"{others:g} names and figures in {in_line} words in line are others: one template filled twice (rule 6)"
    if unannounced(a, b):
        return "neither headline announces what they share: a form, a box or a background (rule 7)"
    if passage(a, b):
        return "what they share is a passage in the longer text, which neither opens with it nor announces it (rule 8)"
    return "the shorter text has little but its quotations in the longer (rule 9)"


def _no_reprint(a: Candidate, b: Candidate) -> str:
    if not same_headline(a.headline, b.headline):
        return "one publication's articles under different headlines are no copies (rule 2)"
    both = jaccard(a.sketch, b.sketch)
    if both < REPRINT_SHARE:
        return f"one publication's articles have {both:.0%} of both texts in common, under {REPRINT_SHARE:.0%} (rule 2)"
    return "one publication's articles differ in their figures, or their headline does not announce them (rule 2)"
