"""The last contacts with many customers, in one statement."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from services.interaction.calls.models import Call
from services.interaction.identities.models import Identity
from services.interaction.interactions.models import Interaction
from shared.statements import json_object, visible

# The ids under which a customer's contacts are kept; mostly one.
_OTHERS = aliased(Identity, name="others")
_EACH = bindparam("each", type_=Integer)


def _of_one(
    model: Any,  # noqa: ANN401 - a model
    contact: ColumnElement[Any],
    *only: ColumnElement[bool],
) -> Select[Any]:
    """Select the newest contacts of one kind: read by its index, and no further than is asked for."""
    return (
        select(model.id, model.occurred_at, contact.label("data"))
        .where(model.customer_id == _OTHERS.original_id, *only)
        .order_by(model.occurred_at.desc(), model.id.desc())
        .limit(select(_EACH).scalar_subquery())
        .correlate(_OTHERS)
    )


_WRITTEN = json_object(
    id=Interaction.id,
    channel=Interaction.channel,
    direction=Interaction.direction,
    purpose=Interaction.purpose,
    occurred_at=Interaction.occurred_at,
    subject=Interaction.subject,
)
# A call that is over is a contact by phone; what came of it stands for its subject.
_TALKED = json_object(
    id=Call.id,
    channel=literal_column("'phone'"),
    direction=Call.direction,
    purpose=null(),
    occurred_at=Call.occurred_at,
    subject=func.coalesce(Call.disposition, Call.outcome),
    masked=literal_column("'[]'::json"),
)
_OF_ONE = union_all(
    _of_one(Interaction, _WRITTEN),
    _of_one(Call, _TALKED, Call.ended_at.is_not(None), Call.direction != literal_column("'internal'")),
).lateral("of_one")
_NEWEST = (
    select(_OF_ONE)
    .select_from(_OTHERS)
    .join(_OF_ONE, literal_column("true"))
    .where(_OTHERS.current_id == Identity.current_id)
    .order_by(_OF_ONE.c.occurred_at.desc(), _OF_ONE.c.id.desc())
    .limit(_EACH)
    .correlate(Identity)
    .subquery("newest")
)
_LISTED = func.json_agg(aggregate_order_by(_NEWEST.c.data, _NEWEST.c.occurred_at.desc(), _NEWEST.c.id.desc()))
_NONE: ColumnElement[Any] = literal_column("'[]'::json")

# Of each of the customers `ids` (any of their ids) that is seen, the `each` last contacts.
LAST = visible(
    select(
        json_object(
            customer_id=Identity.original_id,
            current_customer_id=Identity.current_id,
            contacts=func.coalesce(select(_LISTED).select_from(_NEWEST).scalar_subquery(), _NONE),
        ).label("data")
    )
    .where(Identity.original_id == any_(bindparam("ids", type_=ARRAY(Uuid))), ~Identity.deleted)
    .order_by(Identity.original_id),
    of=Identity,
)
