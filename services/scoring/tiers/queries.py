"""Adding up the scores that a principal sees, tier by tier."""

from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from services.scoring.scores.models import Score
from shared.statements import visible


def _sum(amount: InstrumentedAttribute[Any]) -> ColumnElement[float]:
    """Add up exactly: a sum of floats would depend on the order in which the rows happen to lie."""
    return cast(func.sum(cast(amount, Numeric)), Double)


BY_TIER = visible(
    select(
        Score.tier,
        func.count().label("customers"),
        _sum(Score.value).label("value"),
        _sum(Score.realized).label("realized"),
        func.array_agg(Score.value).label("values"),
    )
    .where(~Score.deleted)
    .group_by(Score.tier),
    of=Score,
)
