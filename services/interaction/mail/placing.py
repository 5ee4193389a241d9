"""Putting mails into threads: a mail that ties two of them makes them one, and the older one stays."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    DateTime,
    LargeBinary,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from services.interaction.mail.models import MailRow, Thread, ThreadMark
from services.interaction.mail.threads import DAYS, Tied
from shared.database import Transaction
from shared.ids import uuid7
from shared.statements import Statement

TOPIC = "topic "  # no Message-ID holds a space
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_names = (
    func.unnest(bindparam("names", type_=ARRAY(Text)))
    .table_valued(column("name", Text))
    .render_derived("names")
)
_mark = postgresql.insert(ThreadMark).from_select(
    ["name", "thread_id"], select(_names.c.name, bindparam("thread", type_=Uuid)).order_by(_names.c.name)
)
# Locks the marks that are there, in the order of their names: writers of one thread take turns.
_MARK = Statement(
    _mark.on_conflict_do_update(
        index_elements=[ThreadMark.name], set_={"thread_id": ThreadMark.thread_id}
    ).returning(ThreadMark.name, ThreadMark.thread_id)
)
_TOPIC = Statement(
    select(MailRow.thread_id)
    .distinct()
    .where(
        MailRow.topic == bindparam("topic", type_=LargeBinary),
        MailRow.occurred_at.between(
            bindparam("since", type_=DateTime(timezone=True)),
            bindparam("until", type_=DateTime(timezone=True)),
        ),
        or_(MailRow.loose, bindparam("loose", type_=Boolean)),
    ),
    unguarded="tells only which threads are one; nobody is shown them",
)
_TOPS = Statement(select(Thread.current_id).distinct().where(Thread.id == any_(_IDS)))
_LOCK = Statement(
    select(Thread.id)
    .where(Thread.id == any_(_IDS), Thread.current_id == Thread.id)
    .order_by(Thread.id)
    .with_for_update()
)
_JOIN = Statement(
    update(Thread).where(Thread.current_id == any_(_IDS)).values(current_id=bindparam("thread", type_=Uuid))
)
_OPEN = Statement(
    insert(Thread).values(id=bindparam("thread", type_=Uuid), current_id=bindparam("thread", type_=Uuid))
)
_LEAD = Statement(
    update(ThreadMark)
    .where(
        ThreadMark.name == any_(bindparam("names", type_=ARRAY(Text))),
        ThreadMark.thread_id == bindparam("fresh", type_=Uuid),
    )
    .values(thread_id=bindparam("thread", type_=Uuid))
)


async def place(tx: Transaction, tied: Tied, before: Collection[UUID] = ()) -> UUID:
    """Return the thread of a mail, made or joined by it and by what is in the threads `before`.

    To be called before the mail's own row is written.
    """
    fresh, on = uuid7(), tx.connection
    topic = [TOPIC + tied.topic.hex()] if tied.topic else []
    names = sorted({*tied.marks, *topic})
    rows = await _MARK.all(on, names=names, thread=fresh) if names else []
    found = {row["thread_id"] for row in rows if not row["name"].startswith(TOPIC)} - {fresh} | {*before}
    if tied.topic is not None:
        near = {"since": tied.at - timedelta(days=DAYS), "until": tied.at + timedelta(days=DAYS)}
        rows = await _TOPIC.all(on, topic=tied.topic, loose=tied.loose, **near)
        found |= {row["thread_id"] for row in rows}
    if not found:
        await _OPEN.value(on, thread=fresh)
        return fresh
    thread = await _joined(tx, found)
    await _LEAD.value(on, names=names, fresh=fresh, thread=thread)
    return thread


async def _joined(tx: Transaction, threads: Collection[UUID]) -> UUID:
    """Make one thread of several; the locks hold what others would join at the same moment."""
    while True:
        tops: list[UUID] = [row["current_id"] for row in await _TOPS.all(tx.connection, ids=list(threads))]
        if len(tops) == 1:
            return tops[0]
        locked: list[UUID] = [row["id"] for row in await _LOCK.all(tx.connection, ids=sorted(tops))]
        if len(locked) == len(tops):
            break
    await _JOIN.value(tx.connection, ids=locked[1:], thread=locked[0])
    return locked[0]
