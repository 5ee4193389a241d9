"""A whole base's rows on their way into the table of scores: copied into a table of the transaction."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Column, Float, Integer, MetaData, SmallInteger, Table, Uuid, bindparam, select, text

from feed.write import by
from services.scoring.scores.models import Score
from services.scoring.scores.rows import Rows
from services.scoring.scores.telling import COLUMNS, removing, writing
from shared.database import Transaction
from shared.statements import Statement

CHUNK = 5_000
_PIECE = 1 << 20  # bytes handed to the server at a time
_HEAD, _END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"  # PostgreSQL documentation, COPY, File Formats
_SQL: dict[Any, str] = {Uuid: "uuid", Float: "float8", SmallInteger: "int2", Integer: "int4"}
_STAGED = Table(
    "staged_scores", MetaData(), Column("ordinal", Integer), *(Column(n, k) for n, k in COLUMNS.items())
)
_columns = ", ".join(f"{name} {_SQL[kind]}" for name, kind in COLUMNS.items())
_CREATE = Statement(
    text(f"create temporary table staged_scores (ordinal int4 primary key, {_columns}) on commit drop")
)
_ANALYZE = Statement(text("analyze staged_scores"))


async def stage(tx: Transaction, rows: Rows) -> None:
    """Copy rows into the transaction's own table."""
    await _CREATE.value(tx.connection)
    names = ["ordinal", *COLUMNS]
    kinds = {"ordinal": ">i4", **{name: rows.dtype[name] for name in COLUMNS}}
    fields = [part for name in names for part in ((f"{name}_size", ">i4"), (name, kinds[name]))]
    packed = np.empty(len(rows), [("fields", ">i2"), *fields])
    packed["fields"], packed["ordinal"] = len(names), np.arange(len(rows))
    for name in names:
        packed[f"{name}_size"] = packed.dtype[name].itemsize
    for name in COLUMNS:
        packed[name] = rows[name]
    await tx.connection.copy_to_table(
        "staged_scores", source=_pieces(packed.tobytes()), format="binary", columns=names
    )
    await _ANALYZE.value(tx.connection)


async def write_staged(
    tx: Transaction, rows: Rows, start: int, *, run_id: UUID, as_of: date, known_at: datetime
) -> int:
    """Make CHUNK staged rows from `start` on the current scores; return how many changed.

    `rows` are those that were staged, in the order of their ids; they hold what had been told by `known_at`.
    """
    stop = min(start + CHUNK, len(rows))
    low, high = (UUID(bytes=rows["customer_id"][at].tobytes()) for at in (start, stop - 1))
    given = {"start": start, "stop": stop, "low": low, "high": high}
    given |= {"run_id": run_id, "as_of": as_of, "known_at": known_at}
    return int(await _WRITE.value(tx.connection, **by(tx), **given))


async def write_many(tx: Transaction, rows: Rows, *, run_id: UUID, as_of: date) -> int:
    """Make the rows of some customers, wherever they are, the current scores; return how many changed."""
    await stage(tx, rows)
    return int(await _WRITE_ALL.value(tx.connection, **by(tx), run_id=run_id, as_of=as_of, known_at=tx.at))


async def remove_unstaged(tx: Transaction, *, as_of: date, known_at: datetime) -> int:
    """Delete the scores of everybody who is not staged from a day on; return how many there were."""
    return int(await _REMOVE.value(tx.connection, **by(tx), as_of=as_of, known_at=known_at))


async def _pieces(raw: bytes) -> AsyncIterator[bytes]:
    yield _HEAD
    for at in range(0, len(raw), _PIECE):
        yield raw[at : at + _PIECE]
    yield _END


_part = select(_STAGED).where(
    _STAGED.c.ordinal >= bindparam("start", type_=Integer),
    _STAGED.c.ordinal < bindparam("stop", type_=Integer),
)
_low, _high = (bindparam(name, type_=Uuid) for name in ("low", "high"))
_WRITE = writing(_part.subquery("part"), lambda column: column.between(_low, _high))
_WRITE_ALL = writing(_STAGED, lambda column: column.in_(select(_STAGED.c.customer_id)))
_REMOVE = removing(~select(_STAGED.c.ordinal).where(_STAGED.c.customer_id == Score.customer_id).exists())
