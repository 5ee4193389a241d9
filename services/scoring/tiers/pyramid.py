"""Owns the picture of the value pyramid. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.scoring.charts.specification import axis, chart


def drawn(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw each tier's share of the customers to the left and of the value to the right."""
    order = [str(item["tier"]) for item in items]
    sides = (("customers", -1, "share"), ("value", 1, "value_share"))
    rows = [
        {
            "tier": str(item["tier"]),
            "of": side,
            "share": (item[name] or 0.0),
            "side": sign * (item[name] or 0.0),
        }
        for item in items
        for side, sign, name in sides
    ]
    scale = {"domain": [-1, 1]}
    place = {
        "y": axis("tier", "ordinal", "tier", sort=order),
        "x": axis(
            "side", "quantitative", "share", scale=scale, axis={"format": ".0%", "labelExpr": _ABSOLUTE}
        ),
    }
    return chart(
        "Value pyramid",
        rows,
        width=460,
        height=180,
        encoding=place,
        layer=[
            {"mark": "bar", "encoding": {"color": axis("of", "nominal", "share of")}},
            _label("customers", "right", -4),
            _label("value", "left", 4),
        ],
    )


def _label(side: str, align: str, offset: int) -> dict[str, Any]:
    """Write the shares of a side beyond the ends of its bars."""
    return {
        "mark": {"type": "text", "align": align, "dx": offset},
        "transform": [{"filter": f"datum.of === '{side}'"}],
        "encoding": {"text": axis("share", "quantitative", "share", format=".1%")},
    }


_ABSOLUTE = "format(abs(datum.value), '.0%')"
