"""Writing a structure: parts with shares, growth and contribution; what moved, and why."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.scoring.structure.dimensions import Question, SalesDimension
from services.scoring.structure.figures import NOTHING, Figures, money
from services.scoring.structure.months import name_of
from services.scoring.structure.reading import (
    BEFORE,
    NOW,
    YEAR_BEFORE,
    Found,
    grid,
    sides,
)
from services.scoring.structure.shares import concentration, growth, mix_shift, percents, shares
from services.scoring.structure.splitting import Split

Names = Mapping[Any, str]
_EARLIER = (BEFORE, YEAR_BEFORE)
_SIDES = ("rows", "columns")


def rendered(question: Question, found: Found, names: Names) -> dict[str, Any]:
    """Return a structure as callers see it."""
    total = found.periods[NOW].total
    members = [_members(question, found, at, names) for at in range(len(found.axes))]
    return {
        "currency": question.currency,
        "since": name_of(question.span.first),
        "until": name_of(question.span.last),
        "measure": question.measure,
        "total": _parts(question, found, [[period.total] for period in found.periods.values()])[0],
        "rows": {"dimension": question.axes[0], "members": members[0]},
        "columns": None if len(members) == 1 else {"dimension": question.axes[1], "members": members[1]},
        "cells": _cells(question, found) if len(members) > 1 else [],
        "concentration": _of_sides(found, lambda at: _concentration(question, found, at)),
        "mix_shift": _of_sides(found, lambda at: _mix_shift(question, found, at)),
        "price_volume_mix": {name: _split(question.currency, found.splits[name]) for name in _EARLIER},
        "coverage": {
            "priced": _ratio((total.orders or 0) - (total.unpriced or 0), total.orders or 0),
            "costed": _ratio(total.costed, total.amount),
        },
    }


def _members(question: Question, found: Found, at: int, names: Names) -> list[dict[str, Any]]:
    axis = found.axes[at]
    height = len(axis.shown) + axis.others
    columns = [sides(axis, period, at)[:height] for period in found.periods.values()]
    labels = [_label(axis.dimension, value, names) for value in axis.shown]
    if axis.others:
        labels.append({"value": None, "name": None, "others": True})
    return [{**label, **part} for label, part in zip(labels, _parts(question, found, columns), strict=True)]


def _label(of: SalesDimension, value: Any, names: Names) -> dict[str, Any]:  # noqa: ANN401 - of any dimension
    known = str(value) if isinstance(value, UUID) else value
    return {
        "value": name_of(value) if of is SalesDimension.MONTH else known,
        "name": names.get(value),
        "others": False,
    }


def _parts(question: Question, found: Found, columns: Sequence[Sequence[Figures]]) -> list[dict[str, Any]]:
    """Return parts of a whole; `columns` are their figures in each period, in the order of found.periods."""
    measure, currency = question.measure, question.currency
    now = [each.of(measure) for each in columns[0]]
    totals = [period.total.of(measure) for period in found.periods.values()]
    out = []
    for figures, share, percent in zip(zip(*columns, strict=True), shares(now), percents(now), strict=True):
        values = [each.of(measure) for each in figures]
        out.append(
            {
                **figures[0].shown(currency),
                **{name: each.shown(currency) for name, each in zip(_EARLIER, figures[1:], strict=True)},
                "share": share,
                "percent": percent,
                "growth": _earlier(growth(values[0], value) for value in values[1:]),
                "contribution": _earlier(
                    growth(values[0], value, whole)
                    for value, whole in zip(values[1:], totals[1:], strict=True)
                ),
            }
        )
    return out


def _earlier(values: Any) -> dict[str, Any]:  # noqa: ANN401 - any two values
    return dict(zip(_EARLIER, values, strict=True))


def _cells(question: Question, found: Found) -> list[dict[str, Any]]:
    """Return the cells in which anything was sold in any period."""
    grids = [grid(found.axes, period) for period in found.periods.values()]
    there = sorted(place for place in grids[0] if any(each[place] != NOTHING for each in grids))
    parts = _parts(question, found, [[each[place] for place in there] for each in grids])
    by = [sides(axis, found.periods[NOW], at) for at, axis in enumerate(found.axes)]
    out = []
    for (row, column), part in zip(there, parts, strict=True):
        value = grids[0][row, column].of(question.measure)
        of_row, of_column = (by[0][row].of(question.measure), by[1][column].of(question.measure))
        own = {"share_of_row": _ratio(value, of_row), "share_of_column": _ratio(value, of_column)}
        out.append({"row": row, "column": column, **part, **own})
    return out


def _of_sides(found: Found, of: Any) -> dict[str, Any]:  # noqa: ANN401 - a function of the place of an axis
    return {name: of(at) if at < len(found.axes) else None for at, name in enumerate(_SIDES)}


def _concentration(question: Question, found: Found, at: int) -> float | None:
    values = _values(question, found, at)
    return None if values is None else concentration(values[NOW])


def _mix_shift(question: Question, found: Found, at: int) -> dict[str, Any]:
    values = _values(question, found, at)
    return _earlier(None if values is None else mix_shift(values[NOW], values[name]) for name in _EARLIER)


def _values(question: Question, found: Found, at: int) -> Mapping[str, Sequence[float]] | None:
    axis, of = found.axes[at], question.measure
    if axis.dimension is not SalesDimension.MONTH:
        return axis.values
    return {
        name: [float(period.members[at].get(one, NOTHING).of(of) or 0) for one in axis.shown]
        for name, period in found.periods.items()
    }


def _split(currency: str, split: Split | None) -> dict[str, Any] | None:
    if split is None:
        return None
    parts = {**split.parts(), "change": split.change}
    return {key: {"amount": money(value), "currency": currency} for key, value in parts.items()}


def _ratio(part: Decimal | int | None, whole: Decimal | int | None) -> float | None:
    return None if part is None or whole is None or whole <= 0 else float(part / whole)
