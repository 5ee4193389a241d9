"""Parts of mailboxes: kept packed until their import is done, or nobody has come for them in a week."""

import zlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, bindparam, cast, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.interaction.base import JOBS
from services.interaction.mail.models import MailPart
from services.interaction.records.models import TIME
from shared.clock import Clock, utc_now
from shared.database import Database, Transaction
from shared.statements import Runner, Statement

LEVEL = 1  # read once, soon
KEPT = timedelta(days=7)  # parts of uploads that nobody imports, or whose import failed
_table = MailPart.__table__
_put = insert(MailPart).values({c.name: bindparam(c.name, type_=c.type) for c in _table.columns})
_mine = MailPart.uploaded_by == _put.excluded.uploaded_by
PUT = Statement(
    _put.on_conflict_do_update(
        index_elements=[MailPart.upload_id, MailPart.number],
        set_={"content": _put.excluded.content, "size": _put.excluded.size},
        where=_mine,
    ).returning(MailPart.number)
)
_OF = MailPart.upload_id == bindparam("upload", type_=Uuid)
SIZES = Statement(
    select(MailPart.number, MailPart.size, MailPart.uploaded_by).where(_OF).order_by(MailPart.number)
)
PART = Statement(
    select(MailPart.content).where(_OF, MailPart.number == bindparam("number", type_=Integer)),
    clear="the worker's own",
)
DROP = Statement(delete(MailPart).where(_OF))
_jobs = JOBS.table.c
_awaited = (
    select(_jobs.id)
    .where(
        _jobs.finished_at.is_(None),
        _jobs.parameters["upload"].astext == cast(MailPart.upload_id, Text),
    )
    .exists()
)
ABANDONED = Statement(
    delete(MailPart).where(MailPart.created_at < bindparam("before", type_=TIME), ~_awaited)
)


async def put(tx: Transaction, upload: UUID, number: int, raw: bytes) -> bool:
    """Keep a part, or the same part anew; false if the upload is somebody else's."""
    given = {"upload_id": upload, "number": number, "content": zlib.compress(raw, LEVEL), "size": len(raw)}
    who = {"uploaded_by": tx.principal.id, "created_at": tx.at}
    return await PUT.value(tx.connection, **given, **who) is not None


async def sizes(on: Runner, upload: UUID, owner: str) -> dict[int, int]:
    """Return the sizes of the parts that somebody has uploaded, by number."""
    rows = await SIZES.all(on, upload=upload)
    return {row["number"]: row["size"] for row in rows if row["uploaded_by"] == owner}


async def drop_abandoned(database: Database, clock: Clock = utc_now) -> None:
    """Drop the parts of uploads that no import has asked for, or is going to read, for a week."""
    await ABANDONED.value(database.pool, before=clock() - KEPT)


async def read(on: Runner, upload: UUID, number: int) -> bytes:
    """Return a part."""
    packed = await PART.value(on, upload=upload, number=number)
    if packed is None:
        raise LookupError("a part is missing")
    return zlib.decompress(packed)
