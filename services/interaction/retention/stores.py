"""Walking over what is kept beside records: mails and payloads as they came, strangers who left nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    delete,
    literal_column,
    null,
    or_,
    select,
    update,
)

from services.interaction.base import FEED
from services.interaction.holds.models import held
from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.inbox.models import Stranger, StrangerState
from services.interaction.kinds import KINDS
from services.interaction.mail.models import MailOriginal, MailRow
from services.interaction.records.models import TIME
from services.interaction.retention.beside import PAYLOAD_HELD
from services.interaction.retention.disposing import DISPOSING
from services.interaction.retention.reach import MAIL_ORIGINAL, PAYLOAD, STRANGER
from services.interaction.retention.records import ROWS, Step
from services.interaction.webhooks.models import WebhookOriginal
from shared.database import Transaction
from shared.statements import Statement

DROPPED = "A rule of retention has dropped it."
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_BEFORE = bindparam("before", type_=TIME)


@dataclass(frozen=True, slots=True)
class Store:
    """How a store is looked through: rows have `id`, `due` and `held`; `at` is when one is from."""

    found: Statement
    drops: Sequence[Statement]
    at: Callable[[Record], datetime]


def _page(query: Select[Any], id_: Any) -> Statement:  # noqa: ANN401 - a column
    some = query.where(id_ > bindparam("after", type_=Uuid)).order_by(id_)
    return Statement(some.limit(bindparam("rows", type_=Integer)), unguarded=DISPOSING, clear=DISPOSING)


_old = and_(MailRow.occurred_at < _BEFORE, MailOriginal.content.is_not(None))
_mails = _page(
    select(
        MailRow.id,
        MailRow.occurred_at,
        _old.label("due"),
        case((_old, held(MailRow.customer_id)), else_=null()).label("held"),
    ).join(MailOriginal, MailOriginal.id == MailRow.id),
    MailRow.id,
)
_drop = update(MailOriginal).where(MailOriginal.id == any_(_IDS)).values(content=null(), reason=DROPPED)

_aged = WebhookOriginal.created_at < _BEFORE
_payloads = _page(
    select(
        WebhookOriginal.id,
        WebhookOriginal.created_at,
        _aged.label("due"),
        case((_aged, PAYLOAD_HELD), else_=null()).label("held"),
    ),
    WebhookOriginal.id,
)

_facts: list[Any] = [kind.model for kind in KINDS if kind.of_customer]
_nothing_left = ~or_(*(select(t.id).where(t.customer_id == Stranger.id).exists() for t in _facts))
_silent = and_(
    Stranger.newest_id < bindparam("newest", type_=Uuid),
    Stranger.state != literal_column(f"'{StrangerState.ATTACHED}'"),
    Identity.customer_id.is_(None),
    _nothing_left,
)
_strangers = _page(
    select(
        Stranger.id,
        Stranger.newest_id,
        _silent.label("due"),
        case((_silent, held(Stranger.id)), else_=null()).label("held"),
    ).join(Identity, Identity.original_id == Stranger.id),
    Stranger.id,
)
STORES: Mapping[str, Store] = {
    MAIL_ORIGINAL: Store(_mails, (Statement(_drop),), lambda row: row["occurred_at"]),
    PAYLOAD: Store(
        _payloads,
        (Statement(delete(WebhookOriginal).where(WebhookOriginal.id == any_(_IDS))),),
        lambda row: row["created_at"],
    ),
    # The id stays, which says nothing of anybody; the number or the address goes.
    STRANGER: Store(
        _strangers,
        (
            Statement(delete(ExternalIdentity).where(ExternalIdentity.customer_id == any_(_IDS))),
            Statement(delete(Stranger).where(Stranger.id == any_(_IDS)), unguarded=DISPOSING),
            Statement(delete(FEED.history).where(FEED.history.c.subject == any_(_IDS))),
        ),
        lambda row: _when(row["newest_id"]),
    ),
}


async def walk(tx: Transaction, store: Store, after: UUID, before: datetime, *, dry: bool) -> Step:
    """Look at the next window of a store, and drop what is due unless this is only to count."""
    given = {"before": before, "newest": _earliest(before), "after": after, "rows": ROWS}
    rows = await store.found.all(tx.connection, **given)
    due = [row for row in rows if row["due"]]
    gone = [row for row in due if not row["held"]]
    for statement in store.drops if gone and not dry else ():
        await statement.value(tx.connection, ids=[row["id"] for row in gone])
    return Step(
        UUID(int=rows[-1]["id"].int) if rows else None,
        due=len(due),
        gone=len(gone),
        held=len(due) - len(gone),
        oldest=min(map(store.at, gone), default=None),
    )


def _earliest(at: datetime) -> UUID:
    """Return the first id of a time: ids begin with milliseconds (RFC 9562, 5.7)."""
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def _when(id_: UUID) -> datetime:
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)
