"""How much two stories have in common that few others have. Pure."""

from collections import Counter
from collections.abc import Mapping, Set
from math import log2, sqrt

RARE_SHARE = 0.01  # of the stories in the index; a term that more of them have tells no event from another
RAREST, RARE = 3, 40  # stories: the bounds of that, in a small store and in a large one
LEAST_SHARED = 2  # terms; one may be chance
LEAST_SCORE = 0.07
MOST = 5  # stories named


def rare(pool: int) -> int:
    """Return in how many stories a term may be, of so many in the index, to be rare.

    >>> rare(100), rare(2_000), rare(100_000)
    (3, 20, 40)
    """
    return max(RAREST, min(RARE, round(RARE_SHARE * pool)))


def weight(stories: int, most: int) -> float:
    """Return what a term that so many stories have tells of their kinship: 1 for two of them, 0 beyond `most`.

    >>> weight(2, 40), round(weight(40, 40), 2), weight(41, 40)
    (1.0, 0.19, 0.0)
    """
    return log2(2 * most / stories) / log2(most) if 2 <= stories <= most else 0.0


def scores(
    carriers: Mapping[int, Set[int]], terms: Mapping[int, int], story: int, near: Set[int], pool: int
) -> list[tuple[float, int]]:
    """Return the stories among `near` that are most related to `story` with their scores, the best first.

    `carriers` are the stories that have each of its terms, `terms` the number of terms of each story, `pool` about how
    many stories there are in the index.
    """
    shared: Counter[int] = Counter()
    told: dict[int, float] = {}
    most = rare(pool)
    for having in carriers.values():
        worth = weight(len(having | {story}), most)
        for other in (having & near) - {story} if worth else ():
            shared[other] += 1
            told[other] = told.get(other, 0.0) + worth
    found = [
        (min(1.0, told[other] / sqrt(terms[other] * terms[story])), other)
        for other, count in shared.items()
        if count >= LEAST_SHARED
    ]
    return sorted((one for one in found if one[0] >= LEAST_SCORE), key=lambda one: (-one[0], one[1]))[:MOST]
