"""Finding a structure: the members of its rows and columns, their cells, now and before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.scoring.structure.dimensions import Question, SalesDimension
from services.scoring.structure.figures import NOTHING, Figures
from services.scoring.structure.months import Span
from services.scoring.structure.queries import MOST, Among, Sales, Sums

NOW, BEFORE, YEAR_BEFORE = "now", "before", "year_before"
Members = Mapping[Any, Figures]


@dataclass(frozen=True, slots=True)
class Axis:
    """Rows or columns: the members that are told apart, and whether those of all periods are known."""

    dimension: SalesDimension
    shown: Sequence[Any]
    whole: bool


@dataclass(frozen=True, slots=True)
class Period:
    """What was sold in a span of months: all, by the members of each axis, and by the shown ones crossed.

    Months are those of the present span, so that each is beside the one in its place. `products` is None if
    there are too many.
    """

    total: Figures
    members: tuple[Members, ...]
    cells: Sums
    products: Members | None


@dataclass(frozen=True, slots=True)
class Found:
    """A structure now, in as many months just before, and in the same months of years before."""

    axes: tuple[Axis, ...]
    periods: Mapping[str, Period]


async def find(sales: Sales, question: Question) -> Found:
    """Count a structure in its three periods."""
    now, axes = [], []
    for axis in question.axes:
        sums = await sales.by((axis,), question.span, ranked=question.measure)
        axes.append(Axis(axis, _shown(axis, sums, question), len(sums) <= MOST))
        now.append({key: figures for (key,), figures in sums.items()})
    spans = dict(zip((NOW, BEFORE, YEAR_BEFORE), spans_of(question.span), strict=True))
    found = {question.span: await _period(sales, axes, question.span, 0, now)}
    for span in (spans[BEFORE], spans[YEAR_BEFORE]):
        if span not in found:
            apart = question.span.first - span.first
            members = [await _members(sales, axis, span, apart) for axis in axes]
            found[span] = await _period(sales, axes, span, apart, members)
    return Found(tuple(axes), {name: found[span] for name, span in spans.items()})


def spans_of(span: Span) -> tuple[Span, Span, Span]:
    """Return the span, as many months before it, and the same months a year before (or so many years)."""
    years = -(-span.length // 12)
    return span, span.back(span.length), span.back(12 * years)


async def _period(
    sales: Sales, axes: Sequence[Axis], span: Span, apart: int, members: Sequence[Members]
) -> Period:
    total = (await sales.by((), span))[()]
    crossed = await _cells(sales, axes, span) if len(axes) > 1 else {}
    cells = {
        tuple(_placed(axis.dimension, one, apart) for axis, one in zip(axes, key, strict=True)): figures
        for key, figures in crossed.items()
    }
    by_product = await sales.by((SalesDimension.PRODUCT,), span)
    products = {key: figures for (key,), figures in by_product.items()} if len(by_product) <= MOST else None
    return Period(total, tuple(members), cells, products)


async def _members(sales: Sales, axis: Axis, span: Span, apart: int) -> Members:
    of = axis.dimension
    among: Among = {} if axis.whole or of is SalesDimension.MONTH else {of: axis.shown}
    sums = await sales.by((of,), span, among=among)
    return {_placed(of, key, apart): figures for (key,), figures in sums.items()}


async def _cells(sales: Sales, axes: Sequence[Axis], span: Span) -> Sums:
    among: Among = {axis.dimension: axis.shown for axis in axes if axis.dimension is not SalesDimension.MONTH}
    return await sales.by(tuple(axis.dimension for axis in axes), span, among=among)


def _placed(of: SalesDimension, value: Any, apart: int) -> Any:  # noqa: ANN401 - a value of any dimension
    return value + apart if of is SalesDimension.MONTH else value


def _shown(of: SalesDimension, members: Sums, question: Question) -> list[Any]:
    """Return the members that are told apart: months all and in their order, of others the first `top`."""
    if of is SalesDimension.MONTH:
        return list(range(question.span.first, question.span.last + 1))
    return [key for (key,) in list(members)[: question.top]]


def grid(axes: Sequence[Axis], period: Period, *, others: Sequence[bool]) -> dict[tuple[int, int], Figures]:
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
    if others[0]:
        for to in range(width):
            parts = [cells[at, to] for at in range(height)]
            cells[height, to] = by_column[to].less(parts, orders=not rows.dimension.of_a_line)
    if others[1]:
        for at in range(height + others[0]):
            parts = [cells[at, to] for to in range(width)]
            cells[at, width] = by_row[at].less(parts, orders=not columns.dimension.of_a_line)
    return cells


def sides(axis: Axis, period: Period, at: int) -> list[Figures]:
    """Return the figures of an axis' shown members, and of all others at the end."""
    parts = [period.members[at].get(one, NOTHING) for one in axis.shown]
    return [*parts, period.total.less(parts, orders=not axis.dimension.of_a_line)]


def has_others(axis: Axis, periods: Sequence[Period], at: int) -> bool:
    """Whether anything was sold of members that are not shown."""
    if not axis.whole:
        return True
    shown = set(axis.shown)
    return any(period.members[at].keys() - shown for period in periods)
