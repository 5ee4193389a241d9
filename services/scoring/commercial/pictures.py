"""Owns how commercial value and cohorts are drawn. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.scoring.charts.specification import axis, chart

_BAR = 34  # pixels


def waterfall(title: str, realized: Mapping[str, Any]) -> dict[str, Any]:
    """Draw how the parts lead from the revenue to the contribution."""
    rows, reached = list[dict[str, Any]](), 0.0
    for part in realized["parts"]:
        amount = float(part["amount"]["amount"])
        kind = "brought" if amount >= 0 else "taken"
        step = {"from": reached, "to": reached + amount, "amount": amount}
        rows.append({"part": part["name"], "kind": kind, **step})
        reached += amount
    whole, currency = (realized["contribution"][name] for name in ("amount", "currency"))
    left = {"from": 0.0, "to": float(whole), "amount": float(whole)}
    rows.append({"part": "contribution", "kind": "left", **left})
    return chart(title, rows, layer=_steps(currency), width={"step": _BAR * 2}, height=280)


def _steps(currency: str) -> list[dict[str, Any]]:
    colours = {"domain": ["brought", "taken", "left"], "range": ["#4c78a8", "#e45756", "#54a24b"]}
    x, highest = (
        axis("part", "nominal", "", sort=None),
        {"calculate": "max(datum.from, datum.to)", "as": "top"},
    )
    bars = {
        "x": x,
        "y": axis("from", "quantitative", currency, axis={"format": "~s"}),
        "y2": {"field": "to"},
        "color": axis("kind", "nominal", "", scale=colours, legend=None),
    }
    labels = {"x": x, "y": axis("top", "quantitative", currency), "text": _text("amount", ",.0f")}
    return [
        {"mark": {"type": "bar", "tooltip": True}, "encoding": bars},
        {"mark": {"type": "text", "dy": -6, "fontSize": 10}, "transform": [highest], "encoding": labels},
    ]


def heat_map(title: str, cohorts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw the share of each cohort that bought again, month after month.

    The first month, which is always whole, does not stretch the colours.
    """
    told = ("months", "share", "active")
    rows = [
        {"cohort": row["cohort"], **{name: month[name] for name in told}}
        for row in cohorts
        for month in row["months"]
    ]
    most = max((float(row["share"]) for row in rows if row["months"]), default=1.0) or 1.0
    since = axis("months", "ordinal", "months since the first purchase")
    place = {"x": since, "y": axis("cohort", "ordinal", "first purchase")}
    scale = {"scheme": "blues", "domain": [0, most], "clamp": True}
    share = axis("share", "quantitative", "share that bought", scale=scale, legend={"format": ".0%"})
    dark = {"condition": {"test": f"datum.share > {most / 2}", "value": "white"}, "value": "black"}
    return chart(
        title,
        rows,
        layer=[
            {"mark": {"type": "rect", "tooltip": True}, "encoding": {**place, "color": share}},
            {
                "mark": {"type": "text", "fontSize": 9},
                "encoding": {**place, "text": _text("share", ".0%"), "color": dark},
            },
        ],
        width={"step": _BAR},
        height={"step": 22},
    )


def _text(field: str, form: str) -> dict[str, str]:
    return {"field": field, "type": "quantitative", "format": form}
