"""What is kept beside records of some kinds, and goes with them: mails, their originals, payloads, events."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    delete,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from services.interaction.calls.drafts import PERSONAL
from services.interaction.calls.kind import CALLS
from services.interaction.calls.models import CallEvent
from services.interaction.holds.models import RetentionHold
from services.interaction.identities.models import Identity
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.models import Interaction
from services.interaction.mail.models import MailOriginal, MailRow
from services.interaction.retention.untying import untie
from services.interaction.webhooks.models import WebhookOriginal, WebhookSource
from shared.database import Transaction
from shared.statements import Statement

TAKING = "takes away what belongs to records whose time is over"
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_AN_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

_said = Interaction.attributes["webhook_original"].astext
_named = (
    select(case((_said.regexp_match(_AN_ID), cast(_said, Uuid)), else_=null()), WebhookSource.id)
    .join_from(Interaction, WebhookSource, WebhookSource.code == Interaction.source_system)
    .where(Interaction.id == any_(_IDS))
)
# A payload does not say whose it is, and may be of several: those of customers on hold tell theirs.
_its, _whole = aliased(Identity, name="its"), aliased(Identity, name="whole")
PAYLOAD_HELD: ColumnElement[bool] = cast(WebhookOriginal.id, Text).in_(
    select(_said)
    .join_from(RetentionHold, _its, _its.original_id == RetentionHold.customer_id)
    .join(_whole, _whole.current_id == _its.current_id)
    .join(Interaction, Interaction.customer_id == _whole.original_id)
    .where(RetentionHold.deleted_at.is_(None), _said.is_not(None))
)
_payload = tuple_(WebhookOriginal.id, WebhookOriginal.source_id)
_OF_INTERACTIONS = (
    # A payload may hold several messages: it goes with the first of them.
    Statement(delete(WebhookOriginal).where(_payload.in_(_named), ~PAYLOAD_HELD), unguarded=TAKING),
    Statement(delete(MailOriginal).where(MailOriginal.id == any_(_IDS))),
    Statement(delete(MailRow).where(MailRow.id == any_(_IDS)), unguarded=TAKING),
)
_personal = literal(sorted(PERSONAL), ARRAY(Text))
GONE: Mapping[str, Sequence[Statement]] = {
    INTERACTIONS.name: _OF_INTERACTIONS,
    CALLS.name: (Statement(delete(CallEvent).where(CallEvent.call_id == any_(_IDS))),),
}
# The events of a call go on adding up to it.
STRIPPED: Mapping[str, Sequence[Statement]] = {
    INTERACTIONS.name: _OF_INTERACTIONS,
    CALLS.name: (
        Statement(
            update(CallEvent)
            .where(CallEvent.call_id == any_(_IDS), CallEvent.said.has_any(_personal))
            .values(said=CallEvent.said.op("-")(_personal)),
        ),
    ),
}


async def take(tx: Transaction, kind: str, action: str, ids: Sequence[UUID]) -> None:
    """Take away what is beside some records of a kind."""
    if kind == INTERACTIONS.name:
        await untie(tx, ids)
    for statement in (GONE if action == "delete" else STRIPPED).get(kind, ()):
        await statement.value(tx.connection, ids=ids)
