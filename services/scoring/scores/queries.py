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
    SmallInteger,
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


def rendered(of: Any = Score, **more: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model, columns
    """Return ScoreRead as JSON, and `more`; over Score, or what has its columns, joined to its run."""
    return json_object(
        customer_id=of.customer_id,
        version=of.version,
        run_id=of.run_id,
        as_of=of.as_of,
        tier=_word(of, TIERS),
        segment=_word(of, SEGMENTS),
        rank=of.rank,
        purchase_days=of.purchase_days,
        realized=_money(cast(func.round(cast(of.realized, Numeric), literal_column("2")), Text)),
        prediction=case((of.p_alive.is_not(None), _prediction(of))),
        reason=case((of.p_alive.is_(None), literal_column("'not_enough_data'", Text))),
        rfm=json_object(r=of.recency_class, f=of.frequency_class, m=of.money_class),
        parts=_parts(of),
        coverage=of.coverage,
        facts_after=of.facts_after,
        **more,
    )


def _prediction(of: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    amounts = {"value_12m": of.value, "p10": of.p10, "p50": of.p50, "p90": of.p90}
    return json_object(
        p_alive=of.p_alive,
        p_active=of.p_active,
        purchases_12m=of.p_alive * of.purchases_if_alive,
        **{name: _money(_decimal(column)) for name, column in amounts.items()},
    )


def _parts(of: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Return the factors that the run's population has; there is no margin rate when no cost is known."""
    usual = [_part(of, name) for name in ("p_alive", "purchases_if_alive", "spend_per_purchase")]
    return case(
        (of.p_alive.is_(None), literal_column("'[]'::json")),
        (of.margin_rate.is_(None), func.json_build_array(*usual)),
        else_=func.json_build_array(*usual, _part(of, "margin_rate")),
    )


def _part(of: Any, name: str) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    population = cast(ScoringRun.population.op("->>")(literal_column(f"'{name}'")), Float)
    factor = getattr(of, name)
    return json_object(name=literal_column(f"'{name}'", Text), factor=factor, population=population)


def _money(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return json_object(amount=amount, currency=ScoringRun.currency)


def _decimal(column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a float column
    """Write a float with all its digits; by way of text, since a cast to numeric keeps only 15."""
    return cast(func.round(cast(cast(column, Text), Numeric), literal_column(str(_EXACT))), Text)


def _word(of: Any, words: tuple[str, ...]) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    return case(
        *(
            (of.tier == literal_column(str(at)), literal_column(f"'{word}'", Text))
            for at, word in enumerate(words, 1)
        )
    )


def _scores(*columns: Any) -> Select[Any]:  # noqa: ANN401 - columns
    return select(*columns).join_from(Score, ScoringRun, ScoringRun.id == Score.run_id)


ONE = visible(
    _scores(rendered(), Score.version, Score.as_of).where(
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
    **{
        name: column == bindparam(name, type_=SmallInteger)
        for name, column in zip(
            "rfm", (Score.recency_class, Score.frequency_class, Score.money_class), strict=True
        )
    },
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
