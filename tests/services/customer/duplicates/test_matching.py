"""The scorer on a labelled set: what it finds, what it learns, and that its reasons add up."""

import numpy as np
import pytest

from bench.matching.finding import Found, find, read
from bench.matching.labelled import Labelled, labelled
from services.customer.duplicates import learning
from services.customer.duplicates.comparing import compare
from services.customer.duplicates.fields import FIELDS, MISSING
from services.customer.duplicates.forms import forms
from services.customer.duplicates.frequencies import Frequencies
from services.customer.duplicates.weights import REVIEW, Weights, prior, score


@pytest.fixture(scope="module")
def made() -> Labelled:
    return labelled(4_000, seed=11)


@pytest.fixture(scope="module")
def found(made: Labelled) -> Found:
    return find(made, learnt=True)


@pytest.mark.parametrize("learnt", [False, True])
def test_what_is_found_is_right_and_nearly_all(made: Labelled, found: Found, *, learnt: bool) -> None:
    precision, recall = (found if learnt else find(made, learnt=False)).quality(made.pairs(), REVIEW)
    assert precision >= 0.98
    assert recall >= 0.95


def test_the_set_is_hard(made: Labelled) -> None:
    """Who takes equal names, or equal phones, for duplicates fares badly."""
    truth, records = made.pairs(), [read(each) for each in made.documents]
    for key in (lambda each: each.name, lambda each: each.phones[:1]):
        by_key: dict[object, list[int]] = {}
        for index, each in enumerate(records):
            if key(each):
                by_key.setdefault(key(each), []).append(index)
        taken = {(a, b) for same in by_key.values() for a in same for b in same if a < b}
        right = len(taken & truth)
        assert right / len(taken) < 0.8
        assert right / len(truth) < 0.7


def test_every_round_of_learning_is_likelier(found: Found) -> None:
    assert len(found.posterior) > 3
    assert (np.diff(found.posterior) >= 0).all()


def test_learning_is_deterministic_and_blind_to_order(made: Labelled, found: Found) -> None:
    assert np.array_equal(find(made, learnt=True).probability, found.probability)
    rows = forms([read(each) for each in made.documents])
    levels = compare(rows[:-1], rows[1:])
    one, other = ({"lines": levels[order]} for order in (slice(None), slice(None, None, -1)))
    first, second = (
        learning.learn(each, {"lines": ("address",)}, Weights.believed()).weights for each in (one, other)
    )
    assert np.array_equal(first.same, second.same)


def test_learning_finds_what_pairs_were_drawn_from() -> None:
    """Levels drawn from other probabilities than those believed are learnt from the levels alone."""
    luck, believed = np.random.default_rng(3), Weights.believed()
    name, phone, birthday = (FIELDS.index(field) for field in ("name", "phone", "birthday"))
    true = believed.same.copy()
    true[phone, :3] = 0.4, 0.1, 0.5
    levels = np.full((30_000, len(FIELDS)), MISSING, np.int8)
    for pair in range(len(levels)):
        table = true if pair < 10_000 else believed.strangers
        for field, size in ((name, 9), (phone, 3), (birthday, 4)):
            levels[pair, field] = luck.choice(size, p=table[field, :size] / table[field, :size].sum())
    learnt = learning.learn({"lines": levels}, {"lines": ("address",)}, believed)
    assert np.abs(learnt.weights.same[phone, :3] - true[phone, :3]).max() < 0.03
    assert abs(learnt.shares["lines"][0] + learnt.shares["lines"][1] - 1 / 3) < 0.03


def test_reasons_add_up(made: Labelled) -> None:
    rows = forms([read(each) for each in made.documents])
    _, scores = score(Weights.believed(), Frequencies.of(rows), rows[:-1], rows[1:])
    assert np.allclose(scores.total, prior(len(rows)) + scores.fields.sum(axis=1) + scores.relatives)
    assert (scores.relatives <= 0).all()


def test_common_names_say_less() -> None:
    def person(name: str) -> dict[str, object]:
        return {
            "kind": "person",
            "name": name,
            "family_name": None,
            "phones": [],
            "emails": [],
            "addresses": [],
            "identities": [],
            "attributes": {},
        }

    rows = forms([read(person(name)) for name in ["张伟"] * 50 + ["李国藩"] * 2 + ["王芳"] * 20_000])
    _, scores = score(Weights.believed(), Frequencies.of(rows), rows[[0, 50]], rows[[1, 51]])
    assert scores.fields[1, 0] > scores.fields[0, 0] + 3


def test_weights_are_kept_as_json() -> None:
    believed = Weights.believed()
    read_back = Weights.read(believed.stored())
    assert np.allclose(read_back.same, believed.same, rtol=1e-5)
    assert np.allclose(read_back.strangers, believed.strangers, rtol=1e-5)
