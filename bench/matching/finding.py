"""Finding the duplicates of a labelled set with our scorer, in memory: block, learn, score."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.matching.labelled import Document, Labelled
from services.customer.duplicates import blocking, learning
from services.customer.duplicates.comparing import Levels, compare
from services.customer.duplicates.forms import Forms, forms
from services.customer.duplicates.frequencies import Frequencies
from services.customer.duplicates.records import Record, record
from services.customer.duplicates.weights import Weights, probability, score

RANDOM_PAIRS, SEED = 200_000, 7
Pairs = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """Pairs that were compared, and how probable it is that each is one customer."""

    pairs: Pairs
    probability: NDArray[np.float64]
    posterior: tuple[float, ...] = ()

    def quality(self, truth: set[tuple[int, int]], threshold: float) -> tuple[float, float]:
        """Return precision and recall of the pairs at or above a threshold."""
        taken = {(int(a), int(b)) for a, b in self.pairs[self.probability >= threshold]}
        right = len(taken & truth)
        return right / max(len(taken), 1), right / len(truth)


def find(made: Labelled, *, learnt: bool) -> Found:
    """Compare all that blocking brings together, with the weights believed or with learnt ones."""
    rows = forms(read(document) for document in made.documents)
    by_rule = candidates(rows)
    weights = Weights.believed()
    posterior: tuple[float, ...] = ()
    if learnt:
        found = learning.learn(_levels(rows, by_rule), blocking.ABOUT, _with_strangers(rows))
        weights, posterior = found.weights, tuple(found.posterior)
    pairs = np.unique(np.concatenate(list(by_rule.values())), axis=0)
    _, scores = score(weights, Frequencies.of(rows), rows[pairs[:, 0]], rows[pairs[:, 1]])
    return Found(pairs, probability(scores.total), posterior)


def read(document: Document) -> Record:
    """Return a document of the labelled set as a record."""
    contact_keys = [f"tel:{phone}" for phone in document["phones"]]
    contact_keys += [f"mailto:{email}" for email in document["emails"]]
    return record({**document, "contact_keys": contact_keys})


def candidates(rows: Forms) -> dict[str, Pairs]:
    """Return the pairs of each rule, of blocks of any size."""
    found = blocking.keys(rows)
    blocks = defaultdict[tuple[int, int], list[int]](list)
    for key, number, rule in found.tolist():
        blocks[rule, key].append(number)
    pairs = defaultdict[int, set[tuple[int, int]]](set)
    for (rule, _), members in blocks.items():
        pairs[rule].update((a, b) for a in members for b in members if a < b)
    return {blocking.RULES[rule]: np.array(sorted(some)) for rule, some in pairs.items() if some}


def _levels(rows: Forms, by_rule: dict[str, Pairs]) -> dict[str, Levels]:
    return {rule: compare(rows[pairs[:, 0]], rows[pairs[:, 1]]) for rule, pairs in by_rule.items()}


def _with_strangers(rows: Forms) -> Weights:
    """Return what is believed, with u as random pairs have it."""
    luck = np.random.default_rng(SEED)
    one, other = luck.integers(0, len(rows), (2, RANDOM_PAIRS))
    apart = one != other
    believed = Weights.believed()
    strangers = learning.of_strangers(compare(rows[one[apart]], rows[other[apart]]), believed)
    return Weights(believed.same, strangers, believed.relatives)
