"""Reading what was said of a customer: under all ids that mean it now, each row with the id that had it."""

from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from services.scoring.identities.models import Identity
from services.scoring.runs.models import ScoringRun
from services.scoring.score_history.models import ScoreHistory
from services.scoring.scores.queries import ONE, rendered
from shared.auth import Principal
from shared.statements import Runner, Visible, visible

_ID: ColumnElement[Any] = bindparam("id", type_=Uuid)
_DAY: ColumnElement[Any] = bindparam("day", type_=Date)
_ids = select(Identity.original_id).where(Identity.current_id == _ID).scalar_subquery()
_version, _as_of = bindparam("last_version", type_=Integer), bindparam("last_as_of", type_=Date)
_behind = or_(
    tuple_(ScoreHistory.as_of, ScoreHistory.version) < tuple_(_as_of, _version),
    and_(
        ScoreHistory.as_of == _as_of,
        ScoreHistory.version == _version,
        ScoreHistory.customer_id > bindparam("last_customer_id", type_=Uuid),
    ),
)


def kept(*columns: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """Select from the history of the customer whose current id is :id; the runs are joined."""
    return (
        select(*columns)
        .join_from(ScoreHistory, ScoringRun, ScoringRun.id == ScoreHistory.run_id)
        .where(ScoreHistory.customer_id == any_(func.array(_ids)))
    )


def at_the_day(query: Select[Any]) -> Select[Any]:
    """Narrow `kept` to what held on :day: the newest row by then of an id that had a score, its own first."""
    later = aliased(ScoreHistory)
    newer = select(later.version).where(
        later.customer_id == ScoreHistory.customer_id,
        later.as_of <= _DAY,
        tuple_(later.as_of, later.version) > tuple_(ScoreHistory.as_of, ScoreHistory.version),
    )
    newest = (ScoreHistory.as_of <= _DAY, ~ScoreHistory.deleted, ~newer.exists())
    own = ScoreHistory.customer_id == _ID
    return query.where(*newest).order_by(own.desc(), ScoreHistory.as_of.desc()).limit(1)


_told = rendered(ScoreHistory, ended=ScoreHistory.deleted, written_at=ScoreHistory.written_at)
HISTORY = visible(
    kept(_told.label("data"), ScoreHistory.as_of, ScoreHistory.version, ScoreHistory.customer_id)
    .order_by(ScoreHistory.as_of.desc(), ScoreHistory.version.desc(), ScoreHistory.customer_id)
    .limit(bindparam("limit", type_=Integer)),
    of=ScoreHistory,
    filters={"last_as_of": _behind},
)
SAID = visible(
    at_the_day(kept(rendered(ScoreHistory), ScoreHistory.version, ScoreHistory.as_of)), of=ScoreHistory
)


async def said(
    on: Runner,
    principal: Principal,
    customer: UUID,
    day: date,
    *,
    current: Visible = ONE,
    then: Visible = SAID,
) -> Record | None:
    """Return what was said of a customer by a day: the current score, if it is of then, or what was kept."""
    now = await current.one(on, principal, id=customer)
    past = await then.one(on, principal, id=customer, day=day)
    known = now is not None and now["as_of"] <= day and (past is None or past["as_of"] <= now["as_of"])
    return now if known else past
