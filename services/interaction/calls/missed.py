"""Calls that were missed and that nobody has made good yet: one for each number, the last."""

from typing import Any

from sqlalchemy import Integer, Text, Uuid, and_, bindparam, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased

from services.interaction.calls.folding import CallDirection
from services.interaction.calls.kind import CALLS
from services.interaction.calls.models import MISSES, Call
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME
from shared.statements import Visible, json_object, visible

_INBOUND: Any = literal_column(f"'{CallDirection.INBOUND}'")
_MISSES = ", ".join(f"'{outcome}'" for outcome in MISSES)
_AMONG: Any = literal_column(f"({_MISSES})")


def _missed(call: Any) -> Any:  # noqa: ANN401 - a model
    """Whether a customer was not answered; as the index on such calls says it."""
    return and_(call.direction == _INBOUND, call.outcome.op("in")(_AMONG))


def _query() -> Visible:
    later, earlier, spoken = aliased(Call), aliased(Call), aliased(Call)
    after = (later.number == Call.number, later.occurred_at > Call.occurred_at)
    made_good = select(later.id).where(*after, or_(later.answered_at.is_not(None), _missed(later)))
    last_spoken = select(func.max(spoken.occurred_at)).where(
        spoken.number == Call.number,
        spoken.occurred_at < Call.occurred_at,
        spoken.answered_at.is_not(None),
    )
    since = func.coalesce(
        last_spoken.correlate(Call).scalar_subquery(), literal_column("'-infinity'::timestamptz")
    )
    attempts = select(func.count()).where(
        earlier.number == Call.number,
        earlier.occurred_at <= Call.occurred_at,
        earlier.occurred_at > since,
        _missed(earlier),
    )
    shown = json_object(
        call=CALLS.rendering(Call, Identity), attempts=attempts.correlate(Call).scalar_subquery()
    )
    query = (
        select(Call.occurred_at, Call.id, shown.label("data"))
        .join(Identity, Identity.original_id == Call.customer_id)
        .where(_missed(Call), Call.number.is_not(None), ~made_good.correlate(Call).exists())
        .order_by(Call.occurred_at.desc(), Call.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )
    last = tuple_(bindparam("last_occurred_at", type_=TIME), bindparam("last_id", type_=Uuid))
    filters = {
        "queue": Call.queue == bindparam("queue", type_=Text),
        "since": Call.occurred_at >= bindparam("since", type_=TIME),
        "until": Call.occurred_at < bindparam("until", type_=TIME),
        "last_id": tuple_(Call.occurred_at, Call.id) < last,
    }
    return visible(query, Call, filters)


MISSED = _query()
