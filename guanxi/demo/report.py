"""Owns what the demo prints: pyramid, best customers and why, parameters beside the published ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guanxi.demo.published import EXPECTED_PURCHASES_52, LOG_LIKELIHOODS, PARAMETERS, TITLES

Json = Mapping[str, Any]


def pyramid(tiers: Json) -> Iterator[str]:
    """Write the value pyramid."""
    bought = f"{tiers['customers']:,} customers"
    yield f"Value pyramid of {bought}: what the 52 weeks after {tiers['as_of']} are expected to bring"
    yield f"  {'tier':<9}{'customers':>10}{'share':>8}{'value':>16}{'share':>8}"
    for tier in tiers["items"]:
        value = f"{_amount(tier['value'])} {tier['value']['currency']}"
        share = tier["value_share"] or 0
        yield f"  {tier['tier']:<9}{tier['customers']:>10,}{tier['share']:>8.1%}{value:>16}{share:>8.1%}"
    yield f"  Gini {tiers['gini']:.3f}" if tiers["gini"] is not None else "  Gini: no value"


def best(scores: Sequence[Json], names: Mapping[str, str]) -> Iterator[str]:
    """Write the best customers, each with the factors of its value beside those of the whole base."""
    yield "The ten best customers, and why: P(alive) x purchases if so x spend on each (brackets: everybody)"
    for score in scores:
        prediction, name = score["prediction"], names[score["customer_id"]]
        realized = _amount(score["realized"])
        if prediction is None:
            yield f"  {score['rank']:>3}  {name:<12} realized {realized}, no prediction: {score['reason']}"
            continue
        parts = " x ".join(f"{part['factor']:.4g} ({part['population']:.3g})" for part in score["parts"])
        low, high = (_amount(prediction[quantile]) for quantile in ("p10", "p90"))
        value = f"{_amount(prediction['value_12m'])} {prediction['value_12m']['currency']}"
        spread = f"80% of {low} to {high}"
        yield f"  {score['rank']:>3}  {name:<12}{value:>14} = {parts};  {spread};  so far {realized}"


def fits(versions: Sequence[Json]) -> Iterator[str]:
    """Write every fitted figure beside the published one, with the relative difference."""
    one = versions[0]
    whose = f"{one['figures']['customers']:,} customers"
    yield f"Fitted to the purchases of {whose} until {one['cut_off']}, beside the published figures"
    yield f"  {'estimator':<13}{'figure':<16}{'fitted':>14}{'published':>14}{'difference':>12}"
    by_kind = {version["kind"]: version for version in versions}
    for kind in (kind for kind in TITLES if kind in by_kind):
        for name, fitted, published in _figures(by_kind[kind]):
            apart = abs(fitted / published - 1)
            yield f"  {TITLES[kind]:<13}{name:<16}{fitted:>14.7g}{published:>14.8g}{apart:>12.1e}"
        if by_kind[kind]["status"] != "ok":
            yield f"  {TITLES[kind]:<13}{by_kind[kind]['status']}: {by_kind[kind]['reason']}"


def _figures(version: Json) -> Iterator[tuple[str, float, float]]:
    kind, parameters = version["kind"], version["parameters"] or {}
    for name, published in PARAMETERS[kind].items():
        if name in parameters:
            yield name, parameters[name], published
    if version["log_likelihood"] is not None:
        yield "log-likelihood", version["log_likelihood"], LOG_LIKELIHOODS[kind]
    expected = version["figures"].get("expected_purchases_52")
    if expected is not None and kind in EXPECTED_PURCHASES_52:
        yield "E[X(52)]", expected, EXPECTED_PURCHASES_52[kind]


def _amount(money: Json) -> str:
    return f"{float(money['amount']):,.2f}"
