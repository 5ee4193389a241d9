"""Parts of mailboxes: kept packed until their import is done."""

import zlib
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.interaction.mail.models import MailPart
from shared.database import Transaction
from shared.statements import Runner, Statement

LEVEL = 1  # read once, soon
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


async def put(tx: Transaction, upload: UUID, number: int, raw: bytes) -> bool:
    """Keep a part, or the same part anew; false if the upload is somebody else's."""
    given = {"upload_id": upload, "number": number, "content": zlib.compress(raw, LEVEL), "size": len(raw)}
    who = {"uploaded_by": tx.principal.id, "created_at": tx.at}
    return await PUT.value(tx.connection, **given, **who) is not None


async def sizes(on: Runner, upload: UUID, owner: str) -> dict[int, int]:
    """Return the sizes of the parts that somebody has uploaded, by number."""
    rows = await SIZES.all(on, upload=upload)
    return {row["number"]: row["size"] for row in rows if row["uploaded_by"] == owner}


async def read(on: Runner, upload: UUID, number: int) -> bytes:
    """Return a part."""
    packed = await PART.value(on, upload=upload, number=number)
    if packed is None:
        raise LookupError("a part is missing")
    return zlib.decompress(packed)
