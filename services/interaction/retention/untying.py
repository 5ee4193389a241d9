"""What tied mails that go to others: it goes with the last mail that says it, as it names people."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    except_,
    func,
    literal_column,
    select,
    union,
)
from sqlalchemy.orm import aliased

from services.interaction.mail.models import MailRow, Thread, ThreadMark
from services.interaction.mail.placing import TOPIC
from shared.database import Transaction
from shared.statements import Statement

TAKING = "takes away what tied mails whose time is over"
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_TOPIC: ColumnElement[str] = literal_column(f"'{TOPIC}'", Text)


def _marks(mail: Any, *which: ColumnElement[bool]) -> Iterator[Any]:  # noqa: ANN401 - MailRow, or an alias
    """Give selects of what mails say: their own names, those they refer to, those they report on."""
    about = mail.said["report"]["message_id"].astext
    each = func.jsonb_array_elements_text(mail.said["references"]).table_valued("name").render_derived("each")
    yield select(mail.message_id).where(mail.message_id.is_not(None), *which)
    yield select(about).where(about.is_not(None), *which)
    yield select(each.c.name).select_from(mail).join(each, literal_column("true")).where(*which)


def _topics(mail: Any, *which: ColumnElement[bool]) -> Any:  # noqa: ANN401 - as above, and a select
    return select(_TOPIC.concat(func.encode(mail.topic, "hex"))).where(mail.topic.is_not(None), *which)


def _each(found: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a select of one column
    """Return what a select finds as an array to compare with: no plan then walks a table to find it."""
    return any_(func.array(found.scalar_subquery()))


_gone = MailRow.id == any_(_IDS)
_other, _its, _whole = (
    aliased(MailRow, name="other"),
    aliased(Thread, name="its"),
    aliased(Thread, name="whole"),
)
_threads = (
    select(_whole.id)
    .distinct()
    .join(_its, _its.current_id == _whole.current_id)
    .where(_its.id == _each(select(MailRow.thread_id).where(_gone)))
)
_stays = _other.id != func.all(_IDS)
_in_thread = (_stays, _other.thread_id == _each(_threads))
_of_topic = (_stays, _other.topic == _each(select(MailRow.topic).where(_gone)))
_said = union(*_marks(MailRow, _gone), _topics(MailRow, _gone))
# Mails that say the same mark are of one thread; those of one topic need not be.
_still_said = union(*_marks(_other, *_in_thread), _topics(_other, *_of_topic))
_names = func.unnest(bindparam("names", type_=ARRAY(Text))).column_valued("name")

# What is being marked just now belongs to a mail that stays.
_HOLD = Statement(
    select(ThreadMark.name)
    .where(ThreadMark.name == _each(_said))
    .order_by(ThreadMark.name)
    .with_for_update(skip_locked=True),
    unguarded=TAKING,
)
# A statement of its own: it sees the mails of all who held a mark before.
_UNTIE = Statement(
    delete(ThreadMark).where(ThreadMark.name == _each(except_(select(_names), _still_said))),
    unguarded=TAKING,
)


async def untie(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Take away the marks of mails that are about to go, unless others say them as well."""
    if held := [row["name"] for row in await _HOLD.all(tx.connection, ids=ids)]:
        await _UNTIE.value(tx.connection, ids=ids, names=held)
