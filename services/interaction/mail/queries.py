"""Mail as it is shown: one, threads, originals, settings, and what imports rejected."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from keeping.keeper import Keeper
from services.interaction.base import FEED
from services.interaction.identities.models import Identity
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.models import Interaction
from services.interaction.mail.models import (
    MailOriginal,
    MailReject,
    MailRow,
    MailSettings,
    Thread,
)
from services.interaction.mail.owners import Own
from services.interaction.records.actions import statements
from shared.statements import Runner, Statement, json_object, visible

SETTINGS_ID = UUID("0192f0c1-7a5e-7000-8000-6d61696c7365")  # of no other record: histories share their key
_SAID = ("references", "senders", "reply_to", "to", "cc", "bcc", "attachments", "forwarded", "report")
_OWN = ("id", "customer_id", "kind", "occurred_at", "message_id", "defects", "size", "sha256", "created_at")
_ABOUT = aliased(MailRow, name="about")


def _rendered() -> ColumnElement[Any]:
    about = (
        select(_ABOUT.id)
        .where(_ABOUT.message_id == MailRow.said["report"]["message_id"].astext)
        .order_by(_ABOUT.id)
        .limit(1)
        .correlate(MailRow)
        .scalar_subquery()
    )
    return json_object(
        **{name: getattr(MailRow, name) for name in _OWN},
        **{name: MailRow.said[name] for name in _SAID},
        current_customer_id=Identity.current_id,
        matched=Identity.matched(),
        thread_id=Thread.current_id,
        direction=Interaction.direction,
        subject=Interaction.subject,
        about=about,
        original_kept=MailOriginal.reason.is_(None),
        original_reason=MailOriginal.reason,
    )


def _shown() -> Select[Any]:
    mine = and_(Interaction.customer_id == MailRow.customer_id, Interaction.id == MailRow.id)
    return (
        select(MailRow.id, MailRow.occurred_at, _rendered().label("data"))
        .join(Interaction, mine)
        .join(Identity, Identity.original_id == MailRow.customer_id)
        .join(Thread, Thread.id == MailRow.thread_id)
        .join(MailOriginal, MailOriginal.id == MailRow.id)
    )


ONE = visible(_shown().where(MailRow.id == bindparam("id", type_=Uuid)), MailRow)
# All contacts of a thread, in whatever channel; the thread of mails goes by every id that leads to it.
_asked, _one = aliased(Thread, name="asked"), aliased(Thread, name="one")
_named = select(cast(_one.id, Text)).where(
    _one.current_id
    == select(_asked.current_id).where(_asked.id == bindparam("id", type_=Uuid)).scalar_subquery()
)
# An array, for which every plan asks the index: beside an `or` it would read all contacts.
_ids = func.array(union_all(_named, select(bindparam("thread", type_=Text))).scalar_subquery())
_last = tuple_(bindparam("last_occurred_at", type_=DateTime(timezone=True)), bindparam("last_id", type_=Uuid))
OF_THREAD = visible(
    statements(INTERACTIONS)
    .rendered()
    .add_columns(Interaction.occurred_at)
    .where(Interaction.thread_id == any_(_ids), Interaction.thread_id.is_not(None))
    .order_by(Interaction.occurred_at, Interaction.id)
    .limit(bindparam("limit", type_=Integer)),
    Interaction,
    {"last_id": tuple_(Interaction.occurred_at, Interaction.id) > _last},
)
ORIGINAL = visible(
    select(MailRow.id, MailRow.size, MailOriginal.content, MailOriginal.reason)
    .join(MailOriginal, MailOriginal.id == MailRow.id)
    .where(MailRow.id == bindparam("id", type_=Uuid)),
    MailRow,
    clear="its route refuses who may not read personal data",
)
REJECTED = Statement(
    select(
        MailReject.number,
        json_object(
            number=MailReject.number,
            offset=MailReject.offset,
            size=MailReject.size,
            reason=MailReject.reason,
        ).label("data"),
    )
    .where(
        MailReject.job_id == bindparam("job", type_=Uuid),
        MailReject.number > func.coalesce(bindparam("last_number", type_=Integer), -1),
    )
    .order_by(MailReject.number)
    .limit(bindparam("limit", type_=Integer))
)
# Of whom the mail was that is reported on: our own mail by its Message-ID, if all that have it are one's.
OF_MESSAGE = Statement(
    select(MailRow.customer_id)
    .distinct()
    .where(MailRow.message_id == bindparam("message_id", type_=Text))
    .limit(2),
    unguarded="tells only whose history a report belongs to; writing judges what the principal may know",
)


def _settings(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    names = ("id", "version", "own", "keep_up_to", "updated_at")
    return json_object(**{name: getattr(t, name) for name in names})


SETTINGS = Keeper(FEED, "mail_settings", MailSettings, _settings)
_CURRENT = Statement(select(MailSettings.own, MailSettings.keep_up_to))


async def settings(on: Runner) -> tuple[Own, int]:
    """Return whose addresses are ours, and up to how many bytes originals are kept."""
    row = await _CURRENT.one(on)
    if row is None:
        raise LookupError("the settings of mail have lost their row")
    return Own.of(row["own"]), row["keep_up_to"]
