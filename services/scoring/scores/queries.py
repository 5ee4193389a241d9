"""The one rendering of a score, for reads, lists, feed and snapshot."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
)

from services.scoring.identities.models import Identity
from services.scoring.runs.models import ScoringRun
from services.scoring.scores.models import Score
from services.scoring.scores.ranking import TIERS
from shared.statements import json_object, visible

SEGMENTS = ("key", "key", "ordinary", "small")
_EXACT = 12  # decimals of a predicted amount


def rendered() -> ColumnElement[Any]:
    """Return ScoreRead as JSON; over Score joined to its run."""
    return json_object(
        customer_id=Score.customer_id,
        version=Score.version,
        run_id=Score.run_id,
        as_of=Score.as_of,
        tier=_word(TIERS),
        segment=_word(SEGMENTS),
        rank=Score.rank,
        purchase_days=Score.purchase_days,
        realized=_money(cast(func.round(cast(Score.realized, Numeric), literal_column("2")), Text)),
        prediction=case((Score.p_alive.is_not(None), _prediction())),
        reason=case((Score.p_alive.is_(None), literal_column("'not_enough_data'", Text))),
        rfm=json_object(r=Score.recency_class, f=Score.frequency_class, m=Score.money_class),
        parts=_parts(),
        coverage=Score.coverage,
        facts_after=Score.facts_after,
    )


def _prediction() -> ColumnElement[Any]:
    amounts = {"value_12m": Score.value, "p10": Score.p10, "p50": Score.p50, "p90": Score.p90}
    return json_object(
        p_alive=Score.p_alive,
        p_active=Score.p_active,
        purchases_12m=Score.p_alive * Score.purchases_if_alive,
        **{name: _money(_decimal(column)) for name, column in amounts.items()},
    )


def _parts() -> ColumnElement[Any]:
    """Return the factors that the run's population has; there is no margin rate when no cost is known."""
    usual = [_part(name) for name in ("p_alive", "purchases_if_alive", "spend_per_purchase")]
    return case(
        (Score.p_alive.is_(None), literal_column("'[]'::json")),
        (Score.margin_rate.is_(None), func.json_build_array(*usual)),
        else_=func.json_build_array(*usual, _part("margin_rate")),
    )


def _part(name: str) -> ColumnElement[Any]:
    population = cast(ScoringRun.population.op("->>")(literal_column(f"'{name}'")), Float)
    factor = getattr(Score, name)
    return json_object(name=literal_column(f"'{name}'", Text), factor=factor, population=population)


def _money(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return json_object(amount=amount, currency=ScoringRun.currency)


def _decimal(column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a float column
    """Write a float with all its digits; by way of text, since a cast to numeric keeps only 15."""
    return cast(func.round(cast(cast(column, Text), Numeric), literal_column(str(_EXACT))), Text)


def _word(words: tuple[str, ...]) -> ColumnElement[Any]:
    return case(
        *(
            (Score.tier == literal_column(str(at)), literal_column(f"'{word}'", Text))
            for at, word in enumerate(words, 1)
        )
    )


def _scores(*columns: Any) -> Select[Any]:  # noqa: ANN401 - columns
    return select(*columns).join_from(Score, ScoringRun, ScoringRun.id == Score.run_id)


ONE = visible(
    _scores(rendered(), Score.version).where(
        Score.customer_id == bindparam("id", type_=Uuid), ~Score.deleted
    ),
    of=Score,
)
_value, _id = bindparam("last_value", type_=Float), bindparam("last_customer_id", type_=Uuid)
_below = or_(Score.value < _value, and_(Score.value == _value, Score.customer_id > _id))
_MEANT = select(Identity.current_id).where(
    Identity.original_id == any_(bindparam("customers", type_=ARRAY(Uuid)))
)
FILTERS: Mapping[str, ColumnElement[bool]] = {
    "last_value": and_(Score.value <= _value, _below),
    "tier": Score.tier == bindparam("tier", type_=Integer),
    "customers": Score.customer_id == any_(func.array(_MEANT.scalar_subquery())),
    "run": Score.run_id == bindparam("run", type_=Uuid),
}
RANKED = visible(
    _scores(rendered().label("data"), Score.value, Score.customer_id)
    .where(~Score.deleted)
    .order_by(Score.value.desc(), Score.customer_id)
    .limit(bindparam("limit", type_=Integer)),
    of=Score,
    filters=FILTERS,
)
CHANGED = visible(
    _scores(
        Score.customer_id.label("id"),
        Score.version,
        Score.deleted,
        case((Score.deleted, null()), else_=rendered()).label("data"),
    ),
    of=Score,
)
