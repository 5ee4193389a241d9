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
    Axis,
    Found,
    grid,
    has_others,
    sides,
)
from services.scoring.structure.shares import concentration, growth, mix_shift, percents, shares
from services.scoring.structure.splitting import price_volume_mix

Names = Mapping[Any, str]
_EARLIER = (BEFORE, YEAR_BEFORE)
_SIDES = ("rows", "columns")


def rendered(question: Question, found: Found, names: Names) -> dict[str, Any]:
    """Return a structure as callers see it."""
    total = found.periods[NOW].total
    others = [has_others(axis, list(found.periods.values()), at) for at, axis in enumerate(found.axes)]
    members = [_members(question, found, at, names, others=others[at]) for at in range(len(found.axes))]
    return {
        "currency": question.currency,
        "since": name_of(question.span.first),
        "until": name_of(question.span.last),
        "measure": question.measure,
        "total": _parts(question, found, [[period.total] for period in found.periods.values()])[0],
        "rows": {"dimension": question.axes[0], "members": members[0]},
        "columns": None if len(members) == 1 else {"dimension": question.axes[1], "members": members[1]},
        "cells": _cells(question, found, others) if len(members) > 1 else [],
        "concentration": _of_sides(found, lambda at: _concentration(question, found, at)),
        "mix_shift": _of_sides(found, lambda at: _mix_shift(question, found, at)),
        "price_volume_mix": {name: _split(question, found, name) for name in _EARLIER},
        "coverage": {
            "priced": _ratio((total.orders or 0) - (total.unpriced or 0), total.orders or 0),
            "costed": _ratio(total.costed, total.amount),
        },
    }


def _members(
    question: Question, found: Found, at: int, names: Names, *, others: bool
) -> list[dict[str, Any]]:
    axis = found.axes[at]
    height = len(axis.shown) + others
    columns = [sides(axis, period, at)[:height] for period in found.periods.values()]
    labels = [_label(axis.dimension, value, names) for value in axis.shown]
    if others:
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


def _cells(question: Question, found: Found, others: Sequence[bool]) -> list[dict[str, Any]]:
    """Return the cells in which anything was sold in any period."""
    grids = [grid(found.axes, period, others=others) for period in found.periods.values()]
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
    if not found.axes[at].whole:
        return None
    return concentration([each.of(question.measure) for each in found.periods[NOW].members[at].values()])


def _mix_shift(question: Question, found: Found, at: int) -> dict[str, Any]:
    axis: Axis = found.axes[at]
    now, *earlier = (_values(question, found, name, at) for name in (NOW, *_EARLIER))
    return _earlier(mix_shift(now, each) if axis.whole else None for each in earlier)


def _values(question: Question, found: Found, name: str, at: int) -> dict[Any, Decimal]:
    members = found.periods[name].members[at]
    return {key: each.of(question.measure) or Decimal() for key, each in members.items()}


def _split(question: Question, found: Found, name: str) -> dict[str, Any] | None:
    now, before = found.periods[NOW].products, found.periods[name].products
    parts = None if now is None or before is None else price_volume_mix(now, before)
    if parts is None:
        return None
    parts["change"] = sum(parts.values(), Decimal())
    return {key: {"amount": money(value), "currency": question.currency} for key, value in parts.items()}


def _ratio(part: Decimal | int | None, whole: Decimal | int | None) -> float | None:
    return None if part is None or whole is None or whole <= 0 else float(part / whole)
