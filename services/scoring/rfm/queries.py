"""Adding up the scores that a principal sees, cell by cell."""

from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, cast, func, select

from services.scoring.scores.models import Score
from shared.statements import visible


def _sum(amount: Any) -> ColumnElement[float]:  # noqa: ANN401 - a column
    """Add up exactly, whatever the order of the rows."""
    return cast(func.sum(cast(amount, Numeric)), Double)


_CLASSES = (Score.recency_class, Score.frequency_class, Score.money_class)
CELLS = visible(
    select(
        *(column.label(name) for column, name in zip(_CLASSES, "rfm", strict=True)),
        func.count().label("customers"),
        _sum(Score.value).label("value"),
        _sum(Score.realized).label("realized"),
    )
    .where(~Score.deleted)
    .group_by(*_CLASSES),
    of=Score,
)
