"""Owns what a run computes from histories: fits if it is to, then a placed row for each customer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.scoring import estimators
from services.scoring.drift.checking import check
from services.scoring.estimators.bygroup import ByGroup
from services.scoring.estimators.groupfits import Ways
from services.scoring.estimators.histogram import Ints
from services.scoring.scores import rows, valuation
from services.scoring.scores.valuation import Model
from services.scoring.states.history import History
from services.scoring.valuing.learning import SPEND, learn


@dataclass(frozen=True, slots=True)
class Order:
    """What to compute: the chosen estimator, and two days counted from 1970-01-01.

    `given` is a fit of before: "parameters" and "groups" of its "timing", the parameters of "spend", and what
    it `expects` of its customers after its "cut_off". Scores are computed with it, unless `renews`, and the
    fit anew is sound. Nothing is fitted unless `fits`; then by each of `ways` as well, which `by` is among,
    where customers have `levels` by dimension. `bias_spread` is that of the newest back-test.
    """

    estimator: str
    fitted_to: int
    as_of: int
    fits: bool = True
    renews: bool = False
    given: Mapping[str, Any] | None = None
    bias_spread: float | None = None
    by: Mapping[str, Any] | None = None
    ways: Sequence[Mapping[str, Any]] = ()
    levels: Mapping[str, Sequence[str | None]] | None = None

    def ways_of(self, codes: Ints | None) -> Ways:
        """Return the ways for customers with these levels."""
        return Ways.read(self.ways, self.levels, codes)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found; all but the rows fits into JSON. `versions` are columns of estimator versions.

    `own`: scores are computed with the run's own fits, not with those given.
    """

    rows: rows.Rows
    versions: list[dict[str, Any]]
    predicts: bool
    population: dict[str, float]
    cuts: dict[str, Any]
    own: bool
    drift: dict[str, Any] | None


def compute(order: Order, learned: History, scored: History, *codes: Ints) -> Outcome:
    """Fit every estimator to the `learned` histories if ordered, and value the `scored` ones.

    codes: the levels of those who are learned from, and of those who are scored, a row per customer and a
    column per dimension of the order's levels; without such levels there are none.
    """
    margin = valuation.firm_margin(scored)
    ways, found, fitted = order.ways_of(codes[0] if codes else None), None, None
    if order.fits:
        found = learn(learned, order.fitted_to, ways, estimator=order.estimator, by=order.by)
    if found is not None and found.timing is not None and found.spend is not None:
        fitted = Model(found.timing, found.spend, margin, found.groups)
    own = order.given is None or (order.renews and fitted is not None)
    model = fitted if own else given_model(order, margin)
    if own and model is not None and model.groups is not None:
        scored["group"] = order.ways_of(codes[-1]).numbers(model.groups, len(scored))
    placed, prediction = rows.rows(scored, model, order.as_of)
    cuts = rows.place(placed, scored)
    population = {} if prediction is None or not len(placed) else valuation.population(prediction)
    if margin is not None:
        population["firm_margin"] = margin
    gaps = int((scored["days"] - 1).sum())
    if gaps > 0:
        population["mean_gap"] = float((scored["last_day"] - scored["first_day"]).sum() / gaps)  # in days
    versions, drift = found.versions if found else [], _drift(order, scored)
    return Outcome(placed, versions, model is not None, population, cuts.stored(), own, drift)


def model_of(kind: str, timing: Mapping[str, Any], spend: Mapping[str, float], margin: float | None) -> Model:
    """Return what versions of purchases (their "parameters" and "groups") and of spend foretell by."""
    made = estimators.ESTIMATORS[kind](**timing["parameters"])
    groups = ByGroup.read(made, timing["groups"]) if timing["groups"] else None
    return Model(made, estimators.SPEND_ESTIMATORS[SPEND](**spend), margin, groups)


def given_model(order: Order, margin: float | None = None) -> Model | None:
    """Return the fit of before that is given, if one is."""
    if order.given is None:
        return None
    return model_of(order.estimator, order.given["timing"], order.given["spend"], margin)


def _drift(order: Order, scored: History) -> dict[str, Any] | None:
    """Hold the given fit against what has happened since; None of one that expects nothing."""
    given = order.given
    if given is None or given["expects"] is None or not len(scored):
        return None
    when = {"cut_off": given["cut_off"], "as_of": order.as_of}
    return check(given["expects"], scored, **when, bias_spread=order.bias_spread)
