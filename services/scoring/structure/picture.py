"""Drawing a structure: bars over the months, or a heat map of two other dimensions. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.scoring.charts.specification import axis, chart
from services.scoring.structure.dimensions import SalesDimension

_SIZE = {"width": {"step": 40}, "height": 320}


def picture(structure: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Vega-Lite specification of a rendered structure."""
    rows, columns, measure = structure["rows"], structure["columns"], str(structure["measure"])
    title = f"{measure} by {rows['dimension']}"
    if columns is None:
        return _bars(title, rows, measure)
    named = [_labels(side) for side in (rows, columns)]
    values = [
        {
            "row": named[0][cell["row"]],
            "column": named[1][cell["column"]],
            "value": _value(cell, measure),
            "percent": cell["percent"],
        }
        for cell in structure["cells"]
    ]
    title += f" and {columns['dimension']}"
    if SalesDimension.MONTH in {rows["dimension"], columns["dimension"]}:
        turned = rows["dimension"] is not SalesDimension.MONTH
        return _stacked(title, values, named, measure, turned=turned)
    return _heat(title, values, named, measure)


def _bars(title: str, side: Mapping[str, Any], measure: str) -> dict[str, Any]:
    names = _labels(side)
    pairs = zip(names, side["members"], strict=True)
    values = [{"row": name, "value": _value(one, measure), "percent": one["percent"]} for name, one in pairs]
    of = str(side["dimension"])
    encoding = {
        "y": axis("row", "nominal", of, sort=names),
        "x": axis("value", "quantitative", measure),
        "tooltip": [axis("row", "nominal", of), axis("percent", "nominal", "%")],
    }
    return chart(title, values, mark="bar", encoding=encoding)


def _stacked(
    title: str, values: Sequence[Any], named: Sequence[list[str]], measure: str, *, turned: bool
) -> dict[str, Any]:
    month, part = ("column", "row") if turned else ("row", "column")
    encoding = {
        "x": axis(month, "ordinal", "month", sort=named[turned]),
        "y": axis("value", "quantitative", measure, stack="zero"),
        "color": axis(part, "nominal", "", sort=named[not turned]),
    }
    return chart(title, values, mark="bar", encoding=encoding, **_SIZE)


def _heat(title: str, values: Sequence[Any], named: Sequence[list[str]], measure: str) -> dict[str, Any]:
    place = {
        "y": axis("row", "nominal", "", sort=named[0]),
        "x": axis("column", "nominal", "", sort=named[1]),
    }
    color = axis("value", "quantitative", measure, scale={"scheme": "blues"})
    return chart(
        title,
        values,
        encoding=place,
        layer=[
            {"mark": "rect", "encoding": {"color": color}},
            {"mark": {"type": "text", "fontSize": 9}, "encoding": {"text": axis("percent", "nominal", "%")}},
        ],
        width={"step": 60},
    )


def _labels(side: Mapping[str, Any]) -> list[str]:
    """Name the members; what has no name is unknown, or the others."""
    return [
        "others" if one["others"] else one["name"] or one["value"] or "unknown" for one in side["members"]
    ]


def _value(part: Mapping[str, Any], measure: str) -> float | None:
    value = part[measure]
    number = value["amount"] if isinstance(value, Mapping) else value
    return None if number is None else float(number)
