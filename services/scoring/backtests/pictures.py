"""Owns the picture of a back-test: what customers bought in the last hold-out beside what was forecast."""

from collections.abc import Mapping
from typing import Any

from services.scoring.charts.specification import axis, chart


def calibration(origin: Mapping[str, Any]) -> dict[str, Any]:
    """Return purchases in the hold-out by purchases before, actual and of each estimator (one origin)."""
    tables = {one["estimator"]: one["frequencies"] for one in origin["estimators"] if one["frequencies"]}
    actual: list[dict[str, Any]] = next(iter(tables.values()), [])
    lines = [("actual", "actual", actual), *((kind, "predicted", rows) for kind, rows in tables.items())]
    drawn = [
        {"frequency": row["frequency"], "series": series, "purchases": row[of]}
        for series, of, rows in lines
        for row in rows
    ]
    return chart(
        f"Purchases from {origin['cut_off']} to {origin['until']}, by repeat purchases before",
        drawn,
        mark={"type": "line", "point": True},
        encoding={
            "x": axis("frequency", "ordinal", "repeat purchases up to the cut-off (7 = 7 and more)"),
            "y": axis("purchases", "quantitative", "mean purchases in the hold-out"),
            "color": axis("series", "nominal", ""),
        },
        width=420,
    )
