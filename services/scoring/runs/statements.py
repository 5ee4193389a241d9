"""The statements on the table of runs; the database's clock decides about leases."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    DateTime,
    Float,
    Integer,
    Interval,
    Text,
    Update,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from services.scoring.runs.models import ScoringRun
from services.scoring.runs.schemas import RunStatus
from shared.statements import Statement


def _is(status: RunStatus) -> Any:  # noqa: ANN401 - a column
    return literal_column(f"'{status}'", Text)


_now = func.clock_timestamp(type_=DateTime(timezone=True))
_ONE = literal_column("1", Integer)
_WHOLE = literal_column("1.0", Float)
_QUEUED, _RUNNING = _is(RunStatus.QUEUED), _is(RunStatus.RUNNING)
_leased = _now + bindparam("lease", type_=Interval)
_expired = ScoringRun.leased_until < _now


def _change(**values: Any) -> Update:  # noqa: ANN401 - values of columns
    return update(ScoringRun).values(version=ScoringRun.version + _ONE, **values).returning(ScoringRun.id)


def _end(status: RunStatus, **values: Any) -> Update:  # noqa: ANN401 - as above
    return _change(status=_is(status), finished_at=_now, claim=null(), leased_until=null(), **values)


_run = ScoringRun.id == bindparam("run", type_=Uuid)
_mine = (_run, ScoringRun.status == _RUNNING, ScoringRun.claim == bindparam("token", type_=Uuid))
_ASKED = (
    *("id", "as_of", "pinned", "fitted_to", "estimator", "currency", "identity_system"),
    "parameters_by",
    *("estimator_version_id", "fits", "reason"),
    *("requested_by", "requested_at"),
)
ASK = Statement(
    insert(ScoringRun).values(
        version=_ONE,
        status=_QUEUED,
        progress=literal_column("0.0", Float),
        **{name: bindparam(name, type_=ScoringRun.__table__.c[name].type) for name in _ASKED},
    )
)
CANCEL = Statement(
    _end(RunStatus.CANCELLED).where(_run, or_(ScoringRun.status == _QUEUED, ScoringRun.status == _RUNNING))
)
GIVE_UP = Statement(
    _end(RunStatus.FAILED, error=bindparam("error", type_=Text)).where(
        ScoringRun.status == _RUNNING, _expired, ScoringRun.attempts >= bindparam("attempts", type_=Integer)
    )
)
_other = aliased(ScoringRun)
_live = select(_ONE).where(_other.status == _RUNNING, _other.leased_until >= _now).exists()
_next = (
    select(ScoringRun.id)
    .where(or_(ScoringRun.status == _QUEUED, (ScoringRun.status == _RUNNING) & _expired), ~_live)
    .order_by(ScoringRun.status.desc(), ScoringRun.id)  # "running" before "queued"
    .limit(_ONE)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
CLAIM = Statement(
    _change(
        status=_RUNNING,
        claim=bindparam("token", type_=Uuid),
        leased_until=_leased,
        started_at=_now,
        progress=literal_column("0.0", Float),
        attempts=ScoringRun.attempts + _ONE,
    )
    .where(ScoringRun.id == _next)
    .returning(ScoringRun)
)
BEAT = Statement(_change(progress=bindparam("progress", type_=Float), leased_until=_leased).where(*_mine))
FAIL = Statement(_end(RunStatus.FAILED, error=bindparam("error", type_=Text)).where(*_mine))
FINISH = Statement(
    _end(
        RunStatus.DONE,
        progress=_WHOLE,
        predicts=bindparam("predicts", type_=Boolean),
        customers=bindparam("customers", type_=Integer),
        version_ids=bindparam("version_ids", type_=ARRAY(Uuid)),
        population=bindparam("population", type_=JSONB),
        drift=bindparam("drift", type_=JSONB),
        cuts=bindparam("cuts", type_=JSONB),
        watermark=bindparam("watermark", type_=JSONB),
    ).where(*_mine)
)
ACTIVE = Statement(
    select(ScoringRun.id, ScoringRun.status)
    .where(or_(ScoringRun.status == _QUEUED, ScoringRun.status == _RUNNING))
    .order_by(ScoringRun.status.desc())
    .limit(_ONE)
)
