"""Reading what was said of a customer: under all ids that mean it now, each row with the id that had it."""

from typing import Any

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
from services.scoring.scores.queries import rendered
from shared.statements import visible

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
SAID = visible(at_the_day(kept(rendered(ScoreHistory), ScoreHistory.version)), of=ScoreHistory)
