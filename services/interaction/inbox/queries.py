"""Strangers as they are shown: by what they are known, and what came from them last."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.interaction.calls.models import Call
from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.inbox.models import Stranger, StrangerState
from services.interaction.timeline.kinds import TOLD, Told
from services.interaction.timeline.queries import NO_FILTERS, narrowed
from shared.masking import named, personal
from shared.statements import Statement, json_object, visible

SHOWN = 3  # things that came last
_NONE: ColumnElement[Any] = literal_column("'[]'::json")
_EACH: ColumnElement[Any] = literal_column(str(SHOWN), Integer)


def _came(told: Told) -> Select[Any]:
    t: Any = told.kind.model
    item = json_object(
        id=t.id,
        kind=literal_column(f"'{told.kind.name}'"),
        occurred_at=t.occurred_at,
        channel=told.channel(t),
        direction=told.direction(t),
        summary=told.summary(t),
    )
    newest = (t.occurred_at.desc(), t.id.desc())
    found = select(t.occurred_at, t.id, item.label("item")).where(t.customer_id == Stranger.id)
    found = found.where(*narrowed(told, NO_FILTERS))
    return found.order_by(*newest).limit(_EACH).correlate(Stranger)


def _contacts() -> ColumnElement[Any]:
    came = union_all(*map(_came, TOLD.values())).subquery("came")
    newest = (came.c.occurred_at.desc(), came.c.id.desc())
    last = select(came).order_by(*newest).limit(_EACH).correlate(Stranger).subquery("last")
    listed = func.json_agg(aggregate_order_by(last.c.item, last.c.occurred_at.desc(), last.c.id.desc()))
    return func.coalesce(select(listed).scalar_subquery(), _NONE)


def _known_by(id_: Any) -> Any:  # noqa: ANN401 - whose, and a FROM clause
    """Select by what somebody is known: names in systems, and the numbers of calls."""
    of = ExternalIdentity
    names = select(of.system, personal(of.external_id).label("name")).where(of.customer_id == id_)
    phone = literal_column("'phone'", Text).label("system")
    number = personal(Call.number)
    numbers = select(phone, number).where(Call.customer_id == id_, number.is_not(None))
    return union(names.correlate(Stranger), numbers.correlate(Stranger))


def _names() -> ColumnElement[Any]:
    by = _known_by(Stranger.id).subquery("known_by")
    name = json_object(system=by.c.system, id=by.c.name, masked=named(["id"]))
    listed = func.json_agg(aggregate_order_by(name, by.c.system, by.c.name))
    return func.coalesce(select(listed).scalar_subquery(), _NONE)


_SHOWN = select(
    Stranger.id,
    Stranger.newest_id,
    Identity.version,
    json_object(
        id=Stranger.id,
        version=Identity.version,
        state=Stranger.state,
        reason=Stranger.reason,
        attached_by=Stranger.attached_by,
        customer_id=case((Identity.customer_id.is_not(None), Identity.current_id)),
        names=_names(),
        contacts=_contacts(),
        proposals=null(),
    ).label("data"),
).join_from(Stranger, Identity, Identity.original_id == Stranger.id)
ONE = visible(_SHOWN.where(Stranger.id == bindparam("id", type_=Uuid)), Stranger)
LISTED = visible(
    _SHOWN.where(Stranger.state == bindparam("state", type_=Text))
    .order_by(Stranger.newest_id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Stranger,
    {"last_newest_id": Stranger.newest_id < bindparam("last_newest_id", type_=Uuid)},
)
# By what the customer service can be asked for a stranger.
_clues = _known_by(bindparam("id", type_=Uuid)).subquery("clues")
CLUES = Statement(
    select(_clues.c.name.label("clue")).order_by(_clues.c.system, _clues.c.name),
    unguarded="asks who a stranger is, whom the principal sees",
    clear="it is a question, shown to nobody",
)
UNASKED = Statement(
    select(Stranger.id)
    .where(Stranger.sharers.is_(None), Stranger.state == literal_column(f"'{StrangerState.OPEN}'"))
    .order_by(Stranger.id)
    .limit(bindparam("limit", type_=Integer)),
    unguarded="asks on nobody's behalf",
)
