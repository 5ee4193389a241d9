"""Owns the 5 x 5 x 5 cells of RFM and their picture. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from services.scoring.charts.specification import axis, chart
from services.scoring.scores.ranking import CLASSES

_FIFTHS, _DOWN = range(1, CLASSES + 1), range(CLASSES, 0, -1)
Cell = tuple[int, int, int]


def filled(found: Iterable[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Return all 125 cells, the best first; `found` has r, f, m, customers, value and realized of some."""
    held: dict[Cell, Mapping[str, Any]] = {(one["r"], one["f"], one["m"]): one for one in found}
    whole = sum(one["customers"] for one in held.values())
    places = product(_DOWN, _DOWN, _DOWN)
    return [_cell(at, held.get(at), whole, currency) for at in places]


def _cell(at: Cell, one: Mapping[str, Any] | None, whole: int, currency: str) -> dict[str, Any]:
    customers, value, realized = (one["customers"], one["value"], one["realized"]) if one else (0, 0.0, 0.0)
    return {
        **dict(zip("rfm", at, strict=True)),
        "customers": customers,
        "share": customers / whole if whole else 0.0,
        "value": {"amount": f"{value:.2f}", "currency": currency},
        "realized": {"amount": f"{realized:.2f}", "currency": currency},
    }


def drawn(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw customers by recency and frequency: the number is how many, the colour their mean money."""
    rows = []
    for r, f in product(_FIFTHS, repeat=2):
        some = [one for one in cells if (one["r"], one["f"]) == (r, f)]
        customers = sum(one["customers"] for one in some)
        money = sum(float(one["realized"]["amount"]) for one in some)
        rows.append(
            {"r": r, "f": f, "customers": customers, "mean": money / customers if customers else None}
        )
    place = {
        "x": axis("f", "ordinal", "frequency (5 is best)"),
        "y": axis("r", "ordinal", "recency (5 is best)", sort=list(_DOWN)),
    }
    colour = axis("mean", "quantitative", "mean realized", scale={"range": ["#fdf6e3", "#7fc08a"]})
    return chart(
        "RFM",
        rows,
        width=320,
        height=300,
        encoding=place,
        layer=[
            {"mark": "rect", "encoding": {"color": colour}},
            {"mark": "text", "encoding": {"text": axis("customers", "quantitative", "customers")}},
        ],
    )
