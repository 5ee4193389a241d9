"""Learning: the probabilities of levels from pairs of which nobody says whether they are one customer.

Fellegi and Sunter (1969), section 4; by expectation maximization as W. E. Winkler (1988), Using the EM
Algorithm for Weight Computation in the Fellegi-Sunter Model of Record Linkage, and A. P. Dempster, N. M.
Laird and D. B. Rubin (1977). u is counted in random pairs, which are strangers nearly all; m and h are
learnt from pairs that a blocking rule brought together. A field that the rule itself makes agree says
nothing there, so it counts as missing; and each rule has its own share of the three sorts. What was
believed before counts like `BELIEF` pairs of each sort.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.comparing import Levels
from services.customer.duplicates.fields import FIELDS, LEVELS, MISSING, WIDEST
from services.customer.duplicates.weights import Floats, Weights

BELIEF, BELIEF_IN_RELATIVES = 400.0, 4_000.0  # pairs; relatives of one name look like one customer
ROUNDS, CLOSE = 200, 1e-7  # at most so many rounds; no further when the likelihood grows by less, relatively
START = (0.2, 0.2, 0.6)  # of one customer, relatives, strangers, among the pairs of a rule


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights, the share of each sort among each rule's pairs, and the log posterior after every round."""

    weights: Weights
    shares: Mapping[str, tuple[float, float, float]]
    posterior: Sequence[float]


def of_strangers(levels: Levels, believed: Weights) -> Floats:
    """Return u as counted in random pairs; rare levels stay near what is believed of them."""
    counted = _counts(levels, np.ones(len(levels)))
    known = counted.sum(axis=1, keepdims=True)
    believed_known = (believed.strangers * (_VALID)).sum(axis=1, keepdims=True)
    strength = 10_000.0
    mixed = (counted + strength * believed.strangers / believed_known) / (known + strength)
    return np.where(_VALID, mixed, 1.0)


def learn(blocks: Mapping[str, Levels], about: Mapping[str, Sequence[str]], weights: Weights) -> Learnt:
    """Learn m and h from the pairs of each rule; `about` names the fields that a rule makes agree.

    `weights` are what is believed of m and h, and the u that stays. The same pairs in any order
    give the same weights.
    """
    patterns, counts, rules = _patterns(blocks, about)
    names = sorted(blocks)
    shares = np.tile(np.array(START), (len(names), 1))
    same, relatives, posterior = weights.same, weights.relatives, []
    for _ in range(ROUNDS):
        likely = np.stack(
            [_likelihood(table, patterns) for table in (same, relatives, weights.strangers)], axis=1
        )
        joint = likely * shares[rules]
        total = joint.sum(axis=1)
        value = float(counts @ np.log(total)) + sum(
            strength * _belief(now, then)
            for now, then, strength in (
                (same, weights.same, BELIEF),
                (relatives, weights.relatives, BELIEF_IN_RELATIVES),
            )
        )
        posterior.append(value)
        if len(posterior) > 1 and value - posterior[-2] <= CLOSE * abs(value):
            break
        each = joint / total[:, None] * counts[:, None]
        same = _maximized(patterns, each[:, 0], BELIEF * weights.same)
        relatives = _maximized(patterns, each[:, 1], BELIEF_IN_RELATIVES * weights.relatives)
        shares = np.stack([each[rules == rule].sum(axis=0) for rule in range(len(names))])
        shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    found = {name: tuple(map(float, row)) for name, row in zip(names, shares, strict=True)}
    return Learnt(Weights(same, weights.strangers, relatives), found, posterior)  # type: ignore[arg-type]  # rows of three


def _patterns(
    blocks: Mapping[str, Levels], about: Mapping[str, Sequence[str]]
) -> tuple[Levels, Floats, NDArray[np.int64]]:
    """Return each pattern of levels once for every rule, how many pairs have it, and the rule's number."""
    found, counted, rules = [], [], []
    for number, rule in enumerate(sorted(blocks)):
        levels = blocks[rule].copy()
        levels[:, [FIELDS.index(field) for field in about[rule]]] = MISSING
        patterns, counts = np.unique(levels, axis=0, return_counts=True)
        found.append(patterns)
        counted.append(counts.astype(float))
        rules.append(np.full(len(patterns), number))
    return np.concatenate(found), np.concatenate(counted), np.concatenate(rules)


def _likelihood(table: Floats, patterns: Levels) -> Floats:
    every = table[np.arange(len(FIELDS)), patterns]
    return np.asarray(np.where(patterns == MISSING, 1.0, every).prod(axis=1))


def _maximized(patterns: Levels, counts: Floats, believed: Floats) -> Floats:
    found = _counts(patterns, counts) + np.where(_VALID, believed, 0.0)
    return np.where(_VALID, found / found.sum(axis=1, keepdims=True), 1.0)


def _counts(patterns: Levels, counts: Floats) -> Floats:
    found = np.zeros((len(FIELDS), WIDEST))
    for column in range(len(FIELDS)):
        known = patterns[:, column] != MISSING
        found[column] = np.bincount(patterns[known, column], counts[known], WIDEST)
    return found


def _belief(now: Floats, believed: Floats) -> float:
    return float((np.where(_VALID, believed, 0.0) * np.log(now)).sum())


_VALID = np.arange(WIDEST) < np.array([[len(LEVELS[field])] for field in FIELDS])
