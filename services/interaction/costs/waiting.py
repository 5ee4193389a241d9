"""The statements of costs that wait to be shared anew: taken one by one, and settled."""

from sqlalchemy import (
    DateTime,
    Float,
    Integer,
    Interval,
    bindparam,
    extract,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from services.interaction.costs.shares import Weighing
from services.interaction.costs.weighing import COST, ONE
from shared.statements import Statement

MANY = literal_column("10000.0", Float)  # a cost that so many more bear rests as long again
_now = func.clock_timestamp(type_=DateTime(timezone=True))
_rested = extract("epoch", _now - Weighing.marked_at)
_rest = bindparam("rest", type_=Float) * (ONE + Weighing.customers / MANY)
_waits = Weighing.marked > Weighing.weighed
_oldest = (
    select(Weighing.cost_id)
    .where(
        _waits,
        _rested >= _rest,
        or_(Weighing.claimed_until.is_(None), Weighing.claimed_until < _now),
    )
    .order_by(Weighing.marked_at, Weighing.cost_id)
    .limit(ONE)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
# Takes the cost that has waited longest, if it has waited for `:rest` seconds, or longer if many bear it.
CLAIM = Statement(
    update(Weighing)
    .where(Weighing.cost_id == _oldest)
    .values(claimed_until=_now + bindparam("lease", type_=Interval))
    .returning(Weighing.cost_id, Weighing.id, Weighing.version, Weighing.marked, Weighing.weighed_at)
)
_said = ("units", "of_weights", "customers", "orders_without_rate", "weighed_at", "version")
# What was marked meanwhile waits on, from now.
SETTLE = Statement(
    update(Weighing)
    .where(Weighing.cost_id == COST)
    .values(
        weighed=bindparam("seen", type_=Integer),
        marked_at=_now,
        claimed_until=null(),
        **{name: bindparam(name, type_=Weighing.__table__.c[name].type) for name in _said},
    )
)
