"""Drawing a tracking curve: both sums over time, and where the hold-out begins. Pure."""

from collections.abc import Mapping
from typing import Any

from services.scoring.charts.specification import axis, chart

_COLOURS = {"domain": ["actual", "expected"], "range": ["#4c78a8", "#f58518"]}


def picture(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Vega-Lite specification of a curve."""
    rows = [
        {"until": point["until"].isoformat(), "series": series, "total": point[f"{series}_total"]}
        for point in told["points"]
        for series in ("actual", "expected")
        if point[f"{series}_total"] is not None
    ]
    lines = {
        "x": axis("until", "temporal", "", axis={"format": "%Y-%m"}),
        "y": axis("total", "quantitative", "repeat purchases, added up"),
        "color": axis("series", "nominal", "", scale=_COLOURS),
        "strokeDash": axis("series", "nominal", "", legend=None),
    }
    cut = f"toDate('{told['cut_off'].isoformat()}')"
    rule = {"x": {"datum": {"expr": cut}, "type": "temporal"}}
    return chart(
        f"Repeat purchases and what {told['kind']} expects; it learned up to {told['cut_off'].isoformat()}",
        rows,
        layer=[
            {"mark": {"type": "line", "tooltip": True}, "encoding": lines},
            {"mark": {"type": "rule", "color": "#888", "strokeDash": [4, 4]}, "encoding": rule},
        ],
        width=480,
        height=300,
    )
