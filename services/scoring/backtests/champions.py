"""Owns what the origins of a back-test say together: means, bias and its spread, and who is best. Pure."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

TIE = 0.01  # of the best's figure: what is closer than that is equal, however steady
COMPLEX = frozenset(("pareto_nbd",))  # its likelihood is an integral
Compared = Sequence[Mapping[str, Any]]  # one estimator, origin by origin


def summarised(origins: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each estimator's figures over all origins; of one with an unsound fit, why it has none."""
    return [_over(compared) for compared in _by_estimator(origins).values()]


def champion(origins: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the best estimator by error, then by ranking, ties to the simpler; None without a sound one.

    Two tie when their mean difference over the origins is no more than its own spread (standard deviation),
    or than TIE of the better figure. The simpler is one with equal parameters for everybody, then one
    that is not COMPLEX, then the one that comes first.
    An estimator whose fit was unsound at any origin cannot be it.
    """
    ordered = sorted(_by_estimator(origins).items(), key=lambda one: _complexity(one[0]))  # is stable
    sound = {kind: found for kind, found in ordered if _is_sound(found)}
    by_error = _tied(sound, lambda one: one["purchases"]["rmse"])
    by_rank = _tied(by_error, lambda one: -one["auc"] if one["auc"] is not None else 0.0)
    return next(iter(by_rank), None)


def _complexity(name: str) -> tuple[bool, bool]:
    kind, by_group, _ = name.partition(",")
    return bool(by_group), kind in COMPLEX


def _tied(found: dict[str, Compared], figure: Callable[[Mapping[str, Any]], float]) -> dict[str, Compared]:
    """Keep those that are as low as the lowest, or tie with it."""
    figures = {kind: [figure(one) for one in compared] for kind, compared in found.items()}
    best = min(figures.values(), key=fmean, default=[])

    def ties(mine: Sequence[float]) -> bool:
        apart = [one - other for one, other in zip(mine, best, strict=True)]
        return fmean(apart) <= max(_spread(apart) or 0.0, TIE * abs(fmean(best)))

    return {kind: found[kind] for kind, mine in figures.items() if ties(mine)}


def _by_estimator(origins: Sequence[Mapping[str, Any]]) -> dict[str, Compared]:
    rows = [one for origin in origins for one in origin["estimators"]]
    return {
        kind: [row for row in rows if row["estimator"] == kind]
        for kind in dict.fromkeys(row["estimator"] for row in rows)
    }


def _is_sound(compared: Compared) -> bool:
    return all(one["purchases"] is not None for one in compared)


def _over(compared: Compared) -> dict[str, Any]:
    first = next((one for one in compared if one["purchases"] is None), None)
    biases = [one["bias"] for one in compared if one["bias"] is not None]
    return {
        "estimator": compared[0]["estimator"],
        "status": "ok" if first is None else first["status"],
        "reason": "" if first is None else first["reason"],
        "mae": _mean(compared, "purchases", "mae"),
        "rmse": _mean(compared, "purchases", "rmse"),
        "value_mae": _mean(compared, "value", "mae"),
        "bias": fmean(biases) if biases else None,
        "bias_spread": _spread(biases),
        "auc": _mean(compared, "auc"),
        "top_decile_share": _mean(compared, "top_decile_share"),
    }


def _mean(compared: Compared, name: str, part: str | None = None) -> float | None:
    """Return the mean of a figure over the origins that have it."""
    there = [one[name] for one in compared if one[name] is not None]
    return fmean(one[part] if part else one for one in there) if there else None


def _spread(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None
