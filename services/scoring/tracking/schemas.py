"""Tracking curves as callers see them."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.scoring.charts.specification import Chart
from shared.schemas import Read


class TrackingPoint(Read):
    """Repeat purchases up to and with `until`: since the point before, and since the beginning.

    `held_out`: after the cut-off, of which the estimator has learned nothing. What is expected is null of an
    estimator of money, and of one without parameters.
    """

    until: date
    held_out: bool
    actual: int
    expected: float | None
    actual_total: int
    expected_total: float | None


class HeldOut(Read):
    """All that came after the cut-off; `bias` is by what share the expected is above the actual."""

    actual: int
    expected: float | None
    bias: float | None


class TrackingCurve(Read):
    """What everybody who had bought by the cut-off bought again, beside what an estimator expects of them."""

    estimator_id: UUID
    kind: str
    cut_off: date
    until: date
    customers: int = Field(description="Who had bought by the cut-off.")
    points: list[TrackingPoint]
    held_out: HeldOut
    chart: Chart | None = None
