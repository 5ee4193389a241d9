"""Adding up the scores that a principal sees, tier by tier."""

from sqlalchemy import func, select

from services.scoring.scores.models import Score
from shared.statements import visible

BY_TIER = visible(
    select(
        Score.tier,
        func.count().label("customers"),
        func.sum(Score.value).label("value"),
        func.sum(Score.realized).label("realized"),
        func.array_agg(Score.value).label("values"),
    )
    .where(~Score.deleted)
    .group_by(Score.tier),
    of=Score,
)
