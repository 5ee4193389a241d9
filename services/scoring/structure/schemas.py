"""Consumption structures as callers see them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.charts.specification import Chart
from services.scoring.facts.models import Kind
from services.scoring.structure.dimensions import SalesDimension
from services.scoring.structure.figures import SalesMeasure
from shared.schemas import AmountRead, MoneyRead, Read

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2016-01"])]
Percent = Annotated[str, Field(pattern=r"^-?\d+\.\d\d$", examples=["12.50"])]


class SoldFigures(Read):
    """What was sold; `orders` is null where lines of one order are on both sides of a cut."""

    orders: int | None
    quantity: AmountRead
    amount: MoneyRead
    profit: MoneyRead | None


class EarlierRatios(Read):
    """Against as many months just before, and against the same months a year before; null without any."""

    before: float | None
    year_before: float | None


class SoldPart(SoldFigures):
    """A part of a whole. `share` and `percent` are of all parts of its kind, growth is its own.

    `contribution` is what it adds to the growth of the whole.
    """

    before: SoldFigures
    year_before: SoldFigures
    share: float | None
    percent: Percent | None
    growth: EarlierRatios
    contribution: EarlierRatios


class StructureMember(SoldPart):
    """A row or a column: one value of its dimension, null for the unknown one, or all `others`."""

    value: str | None
    name: str | None = Field(description="Of a product.")
    others: bool


class StructureSide(Read):
    """The members of one dimension, those with most first, months in their order."""

    dimension: SalesDimension
    members: list[StructureMember]


class StructureCell(SoldPart):
    """What one row and one column have in common; both by their places, counted from 0."""

    row: int
    column: int
    share_of_row: float | None
    share_of_column: float | None


class StructureConcentration(Read):
    """The Herfindahl-Hirschman index of all members: 1 when one has all."""

    rows: float | None
    columns: float | None


class StructureMixShift(Read):
    """How much of the whole moved between members, 0 to 1."""

    rows: EarlierRatios
    columns: EarlierRatios | None


class PriceVolumeMix(Read):
    """Why the amount changed; the parts add up to `change`."""

    price: MoneyRead
    volume: MoneyRead
    mix: MoneyRead
    new: MoneyRead
    lost: MoneyRead
    other: MoneyRead
    change: MoneyRead


class EarlierSplits(Read):
    """The change against as many months just before, and against the same months a year before."""

    before: PriceVolumeMix | None
    year_before: PriceVolumeMix | None


class SalesCoverage(Read):
    """The share of orders whose money is known, and the share of the amount whose cost is."""

    priced: float | None
    costed: float | None


class ConsumptionStructure(Read):
    """What was sold from `since` to `until`, crossed; of the customers whom the caller sees."""

    currency: str
    since: Month
    until: Month
    measure: SalesMeasure
    total: SoldPart
    rows: StructureSide
    columns: StructureSide | None
    cells: list[StructureCell]
    concentration: StructureConcentration
    mix_shift: StructureMixShift
    price_volume_mix: EarlierSplits
    coverage: SalesCoverage
    up_to_date: bool = Field(description="False while sales that have arrived are still to be counted.")
    chart: Chart | None = None


class SoldDocument(Read):
    """An order, or a return or a credit note, as far as its lines fall into the cell."""

    kind: Kind
    id: UUID
    path: str
    customer_id: UUID
    day: date
    quantity: AmountRead
    amount: MoneyRead
    cost: MoneyRead
    costed: MoneyRead


class SoldDocumentPage(Read):
    """Documents by the day of their order, then by id; a return has that of the order it is of."""

    items: list[SoldDocument]
    next: str | None
