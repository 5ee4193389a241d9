"""Ranking who is worth bringing back: P(lost) x value given return x expected response - cost."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from keeping.keeper import Keeper
from services.scoring.base import FEED
from services.scoring.lifecycle.models import Lifecycle
from services.scoring.lifecycle.thresholds import RULES, STATE_NUMBER, STATES, Phase
from services.scoring.lifecycle.writing import word
from services.scoring.runs.models import ScoringRun
from services.scoring.scores.models import Score
from services.scoring.win_backs.models import WinBackSettings
from shared.statements import json_object, visible

SETTINGS_ID = UUID("0192f0c1-7a5e-7000-8000-77696e626163")  # of no other record: histories share their key
NAMES = ("response_lost", "response_decline", "cost")
_ONE = literal_column("1.0", Float)
_DECIMALS = literal_column("2", Integer)


def settings(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render the settings."""
    return json_object(
        id=t.id,
        version=t.version,
        response_lost=t.response_lost,
        response_decline=t.response_decline,
        cost=cast(t.cost, Text),
        updated_at=t.updated_at,
    )


SETTINGS = Keeper(FEED, "win_back_settings", WinBackSettings, settings)
_LOST, _DECLINE = (literal_column(str(STATE_NUMBER[one]), Integer) for one in (Phase.LOST, Phase.DECLINE))
_p_lost = _ONE - Score.p_alive
_value = Score.purchases_if_alive * Score.spend_per_purchase * func.coalesce(Score.margin_rate, _ONE)
_response = case(
    (Lifecycle.state == _LOST, WinBackSettings.response_lost), else_=WinBackSettings.response_decline
)
_cost = cast(WinBackSettings.cost, Float)
_gain: ColumnElement[float] = _p_lost * _value * _response - _cost


def _money(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    exact = cast(func.round(cast(amount, Numeric), _DECIMALS), Text)
    return json_object(amount=exact, currency=ScoringRun.currency)


_data = json_object(
    customer_id=Score.customer_id,
    state=word(Lifecycle.state, STATES),
    since=Lifecycle.since,
    rule=word(Lifecycle.rule, RULES),
    p_lost=_p_lost,
    value_if_back=_money(_value),
    response=_response,
    cost=_money(_cost),
    gain=_money(_gain),
)
_last, _id = bindparam("last_gain", type_=Float), bindparam("last_customer_id", type_=Uuid)
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "last_gain": or_(_gain < _last, and_(_gain == _last, Score.customer_id > _id)),
    "state": Lifecycle.state == bindparam("state", type_=SmallInteger),
    "min_gain": _gain >= bindparam("min_gain", type_=Float),
}
RANKED = visible(
    select(_data.label("data"), _gain.label("gain"), Score.customer_id)
    .select_from(Score)
    .join(Lifecycle, Lifecycle.customer_id == Score.customer_id)
    .join(ScoringRun, ScoringRun.id == Score.run_id)
    .join(WinBackSettings, WinBackSettings.deleted_at.is_(None))
    .where(
        ~Score.deleted,
        ~Lifecycle.deleted,
        Score.p_alive.is_not(None),
        Lifecycle.state.in_([_LOST, _DECLINE]),
    )
    .order_by(_gain.desc(), Score.customer_id)
    .limit(bindparam("limit", type_=Integer)),
    of=Score,
    filters=_FILTERS,
)
