"""Parameters by group: what each level is foretold by, what a version keeps of it, and what drift expects."""

from dataclasses import asdict, astuple, replace

import numpy as np
import pytest

from services.scoring.drift.expecting import expecting
from services.scoring.estimators.bygroup import By, ByGroup, GroupingMethod, Level, label
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.groupfits import GroupFit, Ways, fit_by_group
from services.scoring.estimators.histogram import Ints
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.summary import Summary
from tests.services.scoring.estimators.conftest import Cdnow
from tests.services.scoring.estimators.test_covariates import drawn

SEGMENTS = By(GroupingMethod.SEGMENTS, ("channel",))
COVARIATES = By(GroupingMethod.COVARIATES, ("channel", "region"))
NAMES = {"channel": ["shop", "web", "fair", None], "region": ["north", "south", "west"]}
BASE = MbgNbd(0.8, 6.0, 0.8, 3.0)
Told = tuple[Fit[MbgNbd], Summary, dict[str, Ints]]
Fits = dict[GroupingMethod, GroupFit]


@pytest.fixture(scope="module")
def told() -> Told:
    """Customers of three channels, the third one small, and of regions that mean nothing."""
    customers, codes = drawn(BASE)
    channel = np.searchsorted([3, 7, 9], codes["channel"]) + 1
    shop_first = np.array([0, 2, 1, 3])[channel]  # the largest level is the first
    return (
        MbgNbd.fit(customers.histogram()),
        customers,
        {"channel": shop_first, "region": codes["region"] + 1},
    )


@pytest.fixture(scope="module")
def fits(told: Told) -> dict[GroupingMethod, GroupFit]:
    base, customers, codes = told
    each = {by.method: fit_by_group(base, customers, by, codes, NAMES) for by in (SEGMENTS, COVARIATES)}
    return {method: one for method, one in each.items() if one is not None}


def test_groups_are_the_digits_of_their_levels() -> None:
    levels = (
        Level("class", "a", MbgNbd(1.0, 2.0, 3.0, 4.0)),
        Level("class", None, effects=(2.0, 0.5)),
        Level("region", "north", effects=(4.0, 1.0)),
    )
    model = ByGroup(BASE, levels)
    names = {"class": ["x", None, "a"], "region": ["south", "north"]}
    codes = {"class": np.array([0, 1, 2, 3, 2]), "region": np.array([2, 1, 1, 0, 2])}
    numbers = model.numbers(codes, names, 5)
    assert numbers.tolist() == [3, 0, 2, 1, 5]
    assert model.timing(0) == BASE
    assert model.timing(1) == MbgNbd(1.0, 2.0, 3.0, 4.0)
    assert model.timing(2) == replace(BASE, alpha=3.0, a=0.4)
    assert model.timing(5) == replace(BASE, alpha=0.75, a=0.4)
    pareto = ByGroup(ParetoNbd(0.5, 10.0, 0.6, 12.0), (Level("class", "a", effects=(2.0, 3.0)),))
    assert pareto.timing(1) == ParetoNbd(0.5, 5.0, 0.6, 4.0)
    assert label("mbg_nbd", COVARIATES.stored()) == "mbg_nbd, covariates: channel, region"


@pytest.mark.parametrize("by", [SEGMENTS, COVARIATES])
def test_a_version_keeps_all_that_its_groups_need(told: Told, fits: Fits, by: By) -> None:
    found, (_, customers, codes) = fits[by.method], told
    assert found.fit.parameters is not None
    read = ByGroup.read(found.fit.parameters, found.told)
    numbers = found.model.numbers(codes, NAMES, len(customers))
    assert set(np.unique(numbers)) == ({0, 1, 2} if by is SEGMENTS else {0, 1})
    assert (read.numbers(codes, NAMES, len(customers)) == numbers).all()
    for number in np.unique(numbers).tolist():
        assert astuple(read.timing(number)) == pytest.approx(astuple(found.model.timing(number)), rel=1e-12)
    assert {(row["dimension"], row["level"]) for row in found.told} == {
        (name, level) for name in by.dimensions for level in NAMES[name]
    }
    assert sum(row["customers"] for row in found.told if row["dimension"] == "channel") == len(customers)
    small = next(row for row in found.told if row["level"] == "fair")
    assert small["reason"] == "40 customers; at least 100 are needed"


def test_the_likelihood_of_all_groups_is_the_sum_of_theirs(told: Told, fits: Fits) -> None:
    _, customers, codes = told
    for by in (SEGMENTS, COVARIATES):
        found = fits[by.method]
        numbers = found.model.numbers(codes, NAMES, len(customers))
        whole = sum(
            MbgNbd.likelihood(customers[rows].histogram())(np.array(astuple(timing)))[0]
            for _, rows, timing in found.model.split(numbers)
        )
        assert found.fit.log_likelihood == pytest.approx(whole, rel=1e-10)


def test_what_is_expected_of_segments_is_what_is_expected_of_each(told: Told, fits: Fits) -> None:
    found, (_, customers, codes) = fits[GroupingMethod.SEGMENTS], told
    numbers = found.model.numbers(codes, NAMES, len(customers))
    large = np.flatnonzero(numbers > 0)  # without those who have everybody's parameters
    whole = expecting(found.fit, customers[large], list(found.parts(numbers[large])), found.covariance)
    assert whole is not None
    each = []
    for number in (1, 2):
        own = customers[np.flatnonzero(numbers == number)]
        each.append(expecting(MbgNbd.fit(own.histogram()), own))
    for at in range(len(whole["days"])):
        mean = sum(one["mean"][at] for one in each if one)
        assert whole["mean"][at] == pytest.approx(mean, rel=1e-6)
        for name in ("by_chance", "by_parameters"):  # fits of different customers err independently
            apart = sum(one[name][at] ** 2 for one in each if one) ** 0.5
            assert whole[name][at] == pytest.approx(apart, rel=1e-4), name


def test_what_is_expected_with_covariates_moves_with_each_logarithm(told: Told, fits: Fits) -> None:
    found, (_, customers, codes) = fits[GroupingMethod.COVARIATES], told
    numbers = found.model.numbers(codes, NAMES, len(customers))
    model, step = found.model, 1e-4
    parts, slope = list(found.parts(numbers)), np.zeros(len(found.covariance))
    names = list(asdict(model.base))

    def total(groups: ByGroup) -> float:
        means = []
        for _, rows, timing in groups.split(numbers):
            one = customers[rows]
            means.append(float(timing.expected_purchases(one.x, *one.weeks, 8.0).sum()))
        return sum(means)

    def moved(at: int, by: float) -> ByGroup:
        if at < len(names):
            base = replace(model.base, **{names[at]: getattr(model.base, names[at]) * np.exp(by)})
            return replace(model, base=base)
        (level,), which = model.levels, at - len(names)
        effects = tuple(one * np.exp(by * (which == place)) for place, one in enumerate(level.effects))
        return replace(model, levels=(replace(level, effects=effects),))

    for at in range(len(slope)):
        slope[at] = (total(moved(at, step)) - total(moved(at, -step))) / (2 * step)
    whole = expecting(found.fit, customers, parts, found.covariance)
    assert whole is not None
    unknown = float(slope @ found.covariance @ slope) ** 0.5
    of_a_coarse_count = whole["by_parameters"][whole["days"].index(56)]
    assert of_a_coarse_count == pytest.approx(unknown, rel=0.02)


def test_without_a_sound_fit_there_are_no_groups(told: Told) -> None:
    _, customers, codes = told
    none: Fit[MbgNbd] = Fit(Status.NOT_ENOUGH_DATA, "3 customers", 3, 0)
    assert fit_by_group(none, customers, SEGMENTS, codes, NAMES) is None


def test_levels_beyond_the_names_are_foretold_like_everybody(cdnow: Cdnow) -> None:
    codes = np.arange(2357) % 3
    base = MbgNbd.fit(cdnow.summary.histogram())
    ways = Ways((SEGMENTS,), {"channel": ["shop"]}, {"channel": np.where(codes == 1, 1, 0)})
    found = ways.fit(base, cdnow.summary, SEGMENTS)
    assert found is not None
    numbers = ways.numbers(found.model, 2357)
    assert (numbers == (codes == 1)).all()
    assert found.model.timing(0) == base.parameters
