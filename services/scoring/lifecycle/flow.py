"""Owns what a flow between states adds up to, and its picture. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from services.scoring.charts.specification import axis, chart
from services.scoring.lifecycle.thresholds import STATES


def summed(rows: Iterable[Sequence[int]]) -> dict[str, Any]:
    """Return states and flows of rows (state before, state after, customers)."""
    matrix = np.zeros((len(STATES), len(STATES)), np.int64)
    for before, after, customers in rows:
        matrix[before, after] += customers
    was, now = matrix.sum(axis=1), matrix.sum(axis=0)
    return {
        "customers": int(matrix.sum()),
        "states": [
            {"state": state, "before": int(was[at]), "after": int(now[at])} for at, state in enumerate(STATES)
        ],
        "flows": [
            {"before": STATES[before], "after": STATES[after], "customers": int(matrix[before, after])}
            for before, after in np.argwhere(matrix)
        ],
    }


def drawn(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Draw who went from which state into which: a matrix, its diagonal those who stayed."""
    order = [str(state) for state in STATES]
    place = {"x": axis("after", "ordinal", f"on {flow['until']}", sort=order)}
    place["y"] = axis("before", "ordinal", f"on {flow['since']}", sort=order)
    colour = axis(
        "customers", "quantitative", "customers", scale={"range": ["#f4f8fd", "#7fb3dc"], "type": "sqrt"}
    )
    rows = [
        {"before": one["before"], "after": one["after"], "customers": one["customers"]}
        for one in flow["flows"]
    ]
    return chart(
        "Lifecycle flow",
        rows,
        width=420,
        height=320,
        encoding=place,
        layer=[
            {"mark": "rect", "encoding": {"color": colour}},
            {"mark": {"type": "text"}, "encoding": {"text": axis("customers", "quantitative", "customers")}},
        ],
    )
