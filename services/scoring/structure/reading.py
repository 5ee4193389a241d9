"""Finding a structure: the members of its rows and columns, their cells, now and before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.scoring.structure.dimensions import Question, SalesDimension
from services.scoring.structure.figures import NOTHING, Figures
from services.scoring.structure.months import Span
from services.scoring.structure.queries import Among, Sales, Sums
from services.scoring.structure.splitting import Split

NOW, BEFORE, YEAR_BEFORE = "now", "before", "year_before"
Members = Mapping[Any, Figures]


@dataclass(frozen=True, slots=True)
class Axis:
    """Rows or columns: the members that are told apart, whether there are others, and what all have.

    `values` are those of the measure in each period, of all members in one order; None if there are too many,
    and for months, all of which are shown.
    """

    dimension: SalesDimension
    shown: Sequence[Any]
    others: bool
    values: Mapping[str, Sequence[float]] | None


@dataclass(frozen=True, slots=True)
class Period:
    """What was sold in a span of months: all, by the shown members of each axis, and by these crossed.

    Months are those of the present span, so that each is beside the one in its place.
    """

    total: Figures
    members: tuple[Members, ...]
    cells: Sums


@dataclass(frozen=True, slots=True)
class Found:
    """A structure now, in as many months just before, and in the same months of years before.

    `splits` are what changed since each of the two, None where nothing was.
    """

    axes: tuple[Axis, ...]
    periods: Mapping[str, Period]
    splits: Mapping[str, Split | None]


async def find(sales: Sales, question: Question) -> Found:
    """Count a structure in its three periods."""
    named = dict(zip((NOW, BEFORE, YEAR_BEFORE), spans_of(question.span), strict=True))
    axes = [await _axis(sales, each, question, named) for each in question.axes]
    now, spans = question.span, dict.fromkeys(named.values())
    found = {span: await _period(sales, axes, span, now.first - span.first) for span in spans}
    splits = {span: await sales.split(now, span, replaced=question.replaced) for span in spans if span != now}
    return Found(
        tuple(axes),
        {name: found[span] for name, span in named.items()},
        {name: splits[named[name]] for name in (BEFORE, YEAR_BEFORE)},
    )


def spans_of(span: Span) -> tuple[Span, Span, Span]:
    """Return the span, as many months before it, and the same months a year before (or so many years)."""
    years = -(-span.length // 12)
    return span, span.back(span.length), span.back(12 * years)


async def _axis(sales: Sales, of: SalesDimension, question: Question, spans: Mapping[str, Span]) -> Axis:
    """Find the members that are told apart: months all and in their order, of others the first `top`."""
    if of is SalesDimension.MONTH:
        shown = list(range(question.span.first, question.span.last + 1))
        return Axis(of, shown, others=False, values=None)
    distinct = list(dict.fromkeys(spans.values()))
    spread = await sales.spread(of, distinct, question.measure, question.top)
    values = spread.values
    told = None if values is None else {name: values[distinct.index(span)] for name, span in spans.items()}
    return Axis(of, spread.shown, spread.members > len(spread.shown), told)


async def _period(sales: Sales, axes: Sequence[Axis], span: Span, apart: int) -> Period:
    total = (await sales.by((), span))[()]
    members = [await _members(sales, axis, span, apart) for axis in axes]
    crossed = await _cells(sales, axes, span) if len(axes) > 1 else {}
    cells = {
        tuple(_placed(axis.dimension, one, apart) for axis, one in zip(axes, key, strict=True)): figures
        for key, figures in crossed.items()
    }
    return Period(total, tuple(members), cells)


async def _members(sales: Sales, axis: Axis, span: Span, apart: int) -> Members:
    of = axis.dimension
    among: Among = {} if of is SalesDimension.MONTH else {of: axis.shown}
    sums = await sales.by((of,), span, among=among)
    return {_placed(of, key, apart): figures for (key,), figures in sums.items()}


async def _cells(sales: Sales, axes: Sequence[Axis], span: Span) -> Sums:
    among: Among = {axis.dimension: axis.shown for axis in axes if axis.dimension is not SalesDimension.MONTH}
    return await sales.by(tuple(axis.dimension for axis in axes), span, among=among)


def _placed(of: SalesDimension, value: Any, apart: int) -> Any:  # noqa: ANN401 - a value of any dimension
    return value + apart if of is SalesDimension.MONTH else value


def grid(axes: Sequence[Axis], period: Period) -> dict[tuple[int, int], Figures]:
    """Return the figures of each cell by the places of its row and column; the others come last.

    What the others of a row are is what is left of it without the cells that are shown.
    """
    (rows, columns), (by_row, by_column) = axes, (sides(axes[0], period, 0), sides(axes[1], period, 1))
    cells = {
        (at, to): period.cells.get((row, column), NOTHING)
        for at, row in enumerate(rows.shown)
        for to, column in enumerate(columns.shown)
    }
    height, width = len(rows.shown), len(columns.shown)
    if rows.others:
        for to in range(width):
            parts = [cells[at, to] for at in range(height)]
            cells[height, to] = by_column[to].less(parts, orders=not rows.dimension.of_a_line)
    if columns.others:
        for at in range(height + rows.others):
            parts = [cells[at, to] for to in range(width)]
            cells[at, width] = by_row[at].less(parts, orders=not columns.dimension.of_a_line)
    return cells


def sides(axis: Axis, period: Period, at: int) -> list[Figures]:
    """Return the figures of an axis' shown members, and of all others at the end."""
    parts = [period.members[at].get(one, NOTHING) for one in axis.shown]
    return [*parts, period.total.less(parts, orders=not axis.dimension.of_a_line)]
