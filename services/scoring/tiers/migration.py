"""How customers moved between tiers from one day to another, from what was said of them then."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from asyncpg import Record
from sqlalchemy import ColumnElement, Date, Integer, bindparam, case, func, literal_column, select

from services.scoring.charts.specification import axis, chart
from services.scoring.score_history.models import ScoreHistory
from services.scoring.scores.models import Score
from services.scoring.scores.ranking import TIERS
from shared.statements import visible

NONE = "none"
PLACES = (NONE, *TIERS)


def _tier_on(day: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the number of the tier that was said last on or before a day, 0 for none."""
    said = (
        select(case((ScoreHistory.deleted, literal_column("0", Integer)), else_=ScoreHistory.tier))
        .where(ScoreHistory.customer_id == Score.customer_id, ScoreHistory.as_of <= day)
        .order_by(ScoreHistory.as_of.desc(), ScoreHistory.version.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    return func.coalesce(said, literal_column("0", Integer))


_before, _after = (_tier_on(bindparam(name, type_=Date)) for name in ("since", "until"))
MOVED = visible(
    select(_before.label("before"), _after.label("after"), func.count().label("customers"))
    .select_from(Score)
    .group_by(literal_column("1"), literal_column("2")),
    of=Score,
)


def summed(rows: Iterable[Record]) -> dict[str, Any]:
    """Return the tiers on both days and the moves between them; who had a score on neither is left out."""
    matrix = np.zeros((len(PLACES), len(PLACES)), np.int64)
    for row in rows:
        matrix[row["before"], row["after"]] += row["customers"]
    matrix[0, 0] = 0
    was, now = matrix.sum(axis=1), matrix.sum(axis=0)
    pairs = [(before, after) for before in range(5) for after in range(5) if before or after]
    return {
        "customers": int(matrix.sum()),
        "new": int(was[0]),
        "gone": int(now[0]),
        "stayed": int(np.trace(matrix)),
        "up": int(np.tril(matrix[1:, 1:], -1).sum()),
        "down": int(np.triu(matrix[1:, 1:], 1).sum()),
        "tiers": [
            {"tier": tier, "before": int(was[at]), "after": int(now[at])} for at, tier in enumerate(TIERS, 1)
        ],
        "moves": [
            {"before": PLACES[before], "after": PLACES[after], "customers": int(matrix[before, after])}
            for before, after in pairs
        ],
    }


def drawn(found: Mapping[str, Any]) -> dict[str, Any]:
    """Draw the matrix of moves; its diagonal are those who stayed."""
    order = list(PLACES)
    count = axis("customers", "quantitative", "customers")
    place = {
        "x": axis("after", "ordinal", f"on {found['until']}", sort=order),
        "y": axis("before", "ordinal", f"on {found['since']}", sort=order),
    }
    colour = {**count, "scale": {"range": ["#f4f8fd", "#7fb3dc"], "type": "symlog"}}
    return chart(
        "Tier migration",
        found["moves"],
        width=380,
        height=300,
        encoding=place,
        layer=[
            {"mark": "rect", "encoding": {"color": colour}},
            {"mark": "text", "encoding": {"text": count}},
        ],
    )
