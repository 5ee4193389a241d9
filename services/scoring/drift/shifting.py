"""Owns how far a population has moved from what it was: the population stability index. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from services.scoring.estimators.histogram import Ints

BINS = 10
_LEAST = 1e-4  # a share below it counts as it, or an empty bin would weigh without end


def binned(values: Ints) -> dict[str, list[float]]:
    """Return tenths of what values were, as JSON: edges between bins, and the share of each bin."""
    levels = np.arange(1, BINS) / BINS
    edges = np.unique(np.quantile(values, levels, method="inverted_cdf")) if len(values) else np.zeros(0)
    return {"edges": edges.tolist(), "shares": _shares(values, edges.tolist()).tolist()}


def psi(before: Mapping[str, Any], values: Ints) -> float:
    """Return Σ (now − then) · ln(now / then) over the bins of `binned`.

    Below .1 nothing has moved, from .25 on much (Siddiqi 2006, Credit Risk Scorecards).
    """
    then = np.maximum(before["shares"], _LEAST)
    now = np.maximum(_shares(values, before["edges"]), _LEAST)
    return float((now - then) @ np.log(now / then))


def _shares(values: Ints, edges: list[float]) -> Any:  # noqa: ANN401 - an array
    bins = np.searchsorted(np.asarray(edges), values, side="left")
    return np.bincount(bins, minlength=len(edges) + 1) / max(len(values), 1)
