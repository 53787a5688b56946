"""Which language a text is in: py3langid's model in a tenth of its memory, with its verdicts. Pure but for reading it.

The model is an automaton over the bytes of a text (Aho and Corasick, 1975), each of whose states may stand for a group
of letters, and for each group the logarithm of its likelihood in each language (naive Bayes). The automaton is kept as
the tree that it was made of, a state's children side by side, and each likelihood as one of 256 steps between the
lowest and the highest of its language.
"""

import math
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

_STEPS = 255
_ROWS = 4096  # of the file's tables that are looked at together
_Array = Any  # of numpy


@dataclass(frozen=True, slots=True)
class _Tree:
    """The states in breadth-first order, the root first."""

    letters: Sequence[bytes]  # by which each one's children are reached
    children: Sequence[int]  # where each one's children begin
    openings: Sequence[int]  # the state that each byte leads to from the root, which is 0
    shorter: Sequence[int]  # the state of each one's longest ending
    groups: Sequence[int]  # what each one stands for, or -1

    def walk(self, text: bytes) -> list[int]:
        """Return the groups of letters in `text`, at each place the longest that ends there."""
        letters, children, shorter, groups = self.letters, self.children, self.shorter, self.groups
        state, found = 0, []
        for letter in text:
            while state:
                if letter in letters[state]:
                    state = children[state] + letters[state].find(letter)
                    break
                state = shorter[state]
            else:
                state = self.openings[letter]
            group = groups[state]
            if group >= 0:
                found.append(group)
        return found


@dataclass(frozen=True, slots=True)
class _Likelihoods:
    """Logarithms of likelihoods, by group and language."""

    steps: _Array  # above the language's lowest, one byte each
    size: _Array  # of a step, by language
    lowest: _Array  # by language
    priors: _Array  # by language

    def scores(self, groups: list[int]) -> _Array:
        """Return the logarithm of each language's likelihood for a text with these groups, up to a constant."""
        visits = Counter(groups)
        kinds = np.fromiter(visits, np.intp, len(visits))
        weights = np.log1p(np.fromiter(visits.values(), np.float32, len(visits)))
        sums = (weights @ self.steps.take(kinds, axis=0).astype(np.float32)) * self.size
        return sums + self.lowest * np.add.reduce(weights) + self.priors


class LanguageModel:
    """What tells languages apart; made once, since reading the file takes most of a second."""

    def __init__(self) -> None:
        likelihoods, priors, names, moves, rows, groups = load_model(MODEL_DIR / MODEL_FILE)
        self._names: list[str] = names
        self._tree = _grown(np.frombuffer(moves, f"u{moves.itemsize}").reshape(-1, 256), np.asarray(rows), groups)
        del moves, rows, groups
        self._likelihoods = _in_steps(likelihoods, priors)
        self._aliases = [(names.index(name), at) for at, name in enumerate(names) if names.index(name) != at]

    def classify(self, text: str) -> tuple[str, float]:
        """Return the most likely language and how likely it is, 0 to 1."""
        text = unicodedata.normalize("NFC", text.lower() if text.isupper() else text)
        written = text.encode("utf-8", "surrogatepass")
        groups = self._tree.walk(written)
        if not groups:
            return self._names[0], 1 / len(self._names)
        scores = self._likelihoods.scores(groups) / math.sqrt(len(written))
        shares = np.exp(scores - np.maximum.reduce(scores))
        shares /= np.add.reduce(shares)
        for first, again in self._aliases:  # one language in two scripts
            shares[first] += shares[again]
            shares[again] = 0
        best = int(shares.argmax())
        return self._names[best], float(shares[best])


def _grown(moves: _Array, rows: _Array, groups: list[int]) -> _Tree:
    """Return the tree whose automaton the table `moves` is, one row of 256 a state, shared by states as `rows` says."""
    seen = np.zeros(len(rows), bool)
    seen[0] = True
    order, letters, counts = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], []
    shorter = np.zeros(len(rows), np.int64)  # by the file's numbers
    while len(order[-1]):
        children, parents, by = [], [], []
        for at in range(0, len(order[-1]), _ROWS):
            some = order[-1][at : at + _ROWS]
            reached = moves[rows[some]]
            where, letter = np.nonzero(~seen[reached])
            children.append(reached[where, letter].astype(np.int64))
            parents.append(some[where])
            by.append(letter)
            counts.append(np.bincount(where, minlength=len(some)))
        order.append(np.concatenate(children))
        letters.append(np.concatenate(by))
        seen[order[-1]] = True
        if len(order) > 2:  # a state of one letter has no ending but the root
            shorter[order[-1]] = moves[rows[shorter[np.concatenate(parents)]], letters[-1]]
    states = np.concatenate(order)
    place = np.empty(len(rows), np.int64)
    place[states] = np.arange(len(states))
    starts = np.concatenate([[1], 1 + np.cumsum(np.concatenate(counts))])
    by_letter = np.concatenate(letters).astype(np.uint8)
    written = by_letter.tobytes()
    openings = np.zeros(256, np.int64)
    openings[by_letter[1 : starts[1]]] = np.arange(1, starts[1])
    return _Tree(
        letters=[written[start:end] for start, end in pairwise(starts.tolist())],
        children=_numbers(starts),
        openings=_numbers(openings),
        shorter=_numbers(place[shorter[states]]),
        groups=_numbers(np.array(groups)[states]),
    )


def _numbers(values: _Array) -> Sequence[int]:
    return array("i", values.astype(np.intc).tobytes())


def _in_steps(table: _Array, priors: _Array) -> _Likelihoods:
    lowest = table.min(axis=0).astype(np.float32)
    size = (table.max(axis=0) - lowest) / _STEPS
    steps = np.empty(table.shape, np.uint8)
    for at in range(0, len(table), _ROWS):
        steps[at : at + _ROWS] = np.rint((table[at : at + _ROWS] - lowest) / size)
    return _Likelihoods(steps, size, lowest, priors)
