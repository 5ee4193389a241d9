"""Adding up what was sold by any dimensions: from the cube, or from the lines that it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from services.scoring.cube.actions import late, late_or_moving
from services.scoring.cube.grains import BY_QUARTER, OWNING, grain_for, number
from services.scoring.structure.dimensions import Axes, Members, Narrowing, SalesDimension
from services.scoring.structure.figures import Figures, SalesMeasure
from services.scoring.structure.months import Span, told_as
from services.scoring.structure.splitting import Split
from services.scoring.structure.statements import Asked, changes, members, sums
from shared.auth import Principal, Visibility
from shared.statements import Runner

Sums = dict[tuple[Any, ...], Figures]
Among = Mapping[SalesDimension, Members]
_BY_QUARTER = frozenset(map(number, BY_QUARTER))


@dataclass(frozen=True, slots=True)
class Spread:
    """The members of a dimension: those with most of a measure, the most first, and how many there are.

    `values` are those of all members in each span, the members in one order; None if there are too many.
    """

    shown: Sequence[Any]
    members: int
    values: Sequence[Sequence[float]] | None


class Sales:
    """What was sold, as far as a principal sees it, in one currency and narrowed to some of it.

    Whoever sees everybody's customers is answered from the cube if that tells the dimensions, and so is who
    sees a department's, unless customers are on their way (`moving`); the others, and the rest, and all while
    the cells wait for many customers (`late`), from the lines.
    """

    def __init__(
        self, on: Runner, principal: Principal, currency: str, narrowing: Narrowing, *, from_cube: bool
    ) -> None:
        self._on, self._principal, self._from_cube = on, principal, from_cube
        self._currency, self._narrowing = currency, narrowing

    @classmethod
    async def of(cls, on: Runner, principal: Principal, currency: str, narrowing: Narrowing) -> Self:
        """Find out whether the cube answers this principal."""
        sees = principal.visibility
        old = {Visibility.ALL: late, Visibility.DEPARTMENT: late_or_moving}.get(sees)
        cube = old is not None and not await old(on)
        return cls(on, principal, currency, narrowing, from_cube=cube)

    async def by(self, axes: Axes, span: Span, *, among: Among | None = None) -> Sums:
        """Add up by the values of these dimensions; `among` narrows dimensions to some of their values."""
        among, width = among or {}, len(axes)
        asked = self._asked(axes, frozenset(among))
        given = self._given(asked, [span], quarters=SalesDimension.MONTH not in axes)
        rows = await sums(asked, axes).all(self._on, self._principal, **given, **_among(among))
        return {tuple(row)[:width]: Figures(*tuple(row)[width:]) for row in rows}

    async def spread(
        self, axis: SalesDimension, spans: Sequence[Span], measure: SalesMeasure, top: int
    ) -> Spread:
        """Rank the members of a dimension by the first span."""
        asked = self._asked((axis,))
        found = members(asked, axis, measure, len(spans))
        rows = await found.all(self._on, self._principal, **self._given(asked, spans), top=top)
        if not rows:
            return Spread([], 0, [[] for _ in spans])
        shown = [_key(row["key"]) for row in rows if row["there"]]
        values = [rows[0][f"values_{at}"] for at in range(len(spans))]
        return Spread(shown, rows[0]["members"], None if values[0] is None else values)

    async def split(self, now: Span, before: Span, *, replaced: bool) -> Split | None:
        """Add up, product by product, what a change is made of; None if nothing was before.

        `replaced`: a product and those that took its place are one.
        """
        asked = self._asked((SalesDimension.PRODUCT,))
        given = self._given(asked, [now, before])
        row = await changes(asked, replaced=replaced).one(self._on, self._principal, **given)
        return None if row is None or not row["before"] else Split(*tuple(row)[1:])

    def _asked(self, axes: Axes, among: frozenset[SalesDimension] = frozenset()) -> Asked:
        of = self._narrowing
        told = {each.column for each in {*axes, *of.used, *among} if each is not SalesDimension.MONTH}
        if self._principal.visibility is not Visibility.ALL:
            told.add(OWNING)
        grain = grain_for(told) if self._from_cube else None
        return Asked(grain, frozenset(of.values), of.unknown, among)

    def _given(self, asked: Asked, spans: Sequence[Span], *, quarters: bool = True) -> dict[str, Any]:
        values = {f"its_{name}": value for name, value in self._narrowing.values.items()}
        told = told_as(spans, quarters=quarters and asked.grain in _BY_QUARTER)
        months: dict[str, Any] = {"months": list({one for each in told for one in each})}
        for at, (span, each) in enumerate(zip(spans, told, strict=True)):
            months |= {f"months_{at}": each, f"first_{at}": span.first, f"last_{at}": span.last}
        ends = {"first": min(span.first for span in spans), "last": max(span.last for span in spans)}
        return {**ends, **months, "currency": self._currency, **values}


def _among(among: Among) -> dict[str, Any]:
    chosen = {f"some_{name}": [one for one in some if one is not None] for name, some in among.items()}
    return chosen | {f"none_{name}": None in some for name, some in among.items()}


def _key(value: Any) -> Any:  # noqa: ANN401 - of any dimension
    return UUID(int=value.int) if isinstance(value, UUID) else value
