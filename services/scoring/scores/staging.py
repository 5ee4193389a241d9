"""Many rows on their way into the table of scores: by way of a table of the transaction, chunk by chunk."""

import io
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    select,
    text,
)

from feed.write import by
from services.scoring.scores.models import Score
from services.scoring.scores.rows import Rows
from services.scoring.scores.telling import COLUMNS, removing, writing
from shared.database import Transaction
from shared.statements import Statement

CHUNK = 10_000
_HEAD, _END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"  # PostgreSQL documentation, COPY, File Formats
_SQL: dict[Any, str] = {Uuid: "uuid", Float: "float8", SmallInteger: "int2", Integer: "int4"}
_STAGED = Table("staged_scores", MetaData(), *(Column(n, k) for n, k in COLUMNS.items()))
_columns = ", ".join(f"{name} {_SQL[kind]}" for name, kind in COLUMNS.items())
_CREATE = Statement(text(f"create temporary table staged_scores ({_columns}) on commit drop"))
_EMPTY = Statement(text("truncate staged_scores"))
_room = (literal_column("'32MB'", Text), literal_column("true", Boolean))
_ROOM = Statement(select(func.set_config(literal_column("'work_mem'"), *_room)))


async def prepare(tx: Transaction) -> None:
    """Make the transaction's own table; it holds one chunk at a time, and so stays in memory."""
    await _CREATE.value(tx.connection)
    await _ROOM.value(tx.connection)


async def write_chunk(tx: Transaction, rows: Rows, *, run_id: UUID, as_of: date, known_at: datetime) -> int:
    """Make neighbouring rows, in the order of their ids, the current scores; return how many changed.

    They hold what had been told by `known_at`.
    """
    await _EMPTY.value(tx.connection)
    await _stage(tx, rows)
    low, high = (UUID(bytes=rows["customer_id"][at].tobytes()) for at in (0, -1))
    given = {"low": low, "high": high, "run_id": run_id, "as_of": as_of, "known_at": known_at}
    return int(await _WRITE.value(tx.connection, **by(tx), **given))


async def write_many(tx: Transaction, rows: Rows, *, run_id: UUID, as_of: date) -> int:
    """Make the rows of some customers, wherever they are, the current scores; return how many changed."""
    await prepare(tx)
    await _stage(tx, rows)
    return int(await _WRITE_ALL.value(tx.connection, **by(tx), run_id=run_id, as_of=as_of, known_at=tx.at))


async def remove_others(tx: Transaction, *, run_id: UUID, as_of: date, known_at: datetime) -> int:
    """Delete from a day on the scores that a run, which wrote everybody's, did not write; count them."""
    given = {"run_id": run_id, "as_of": as_of, "known_at": known_at}
    return int(await _REMOVE.value(tx.connection, **by(tx), **given))


async def _stage(tx: Transaction, rows: Rows) -> None:
    fields = [part for name in COLUMNS for part in ((f"{name}_size", ">i4"), (name, rows.dtype[name]))]
    packed = np.empty(len(rows), [("fields", ">i2"), *fields])
    packed["fields"] = len(COLUMNS)
    for name in COLUMNS:
        packed[f"{name}_size"], packed[name] = rows.dtype[name].itemsize, rows[name]
    source = io.BytesIO(b"".join((_HEAD, packed.tobytes(), _END)))
    await tx.connection.copy_to_table("staged_scores", source=source, format="binary", columns=list(COLUMNS))


_low, _high = (bindparam(name, type_=Uuid) for name in ("low", "high"))
_WRITE = writing(_STAGED, lambda column: column.between(_low, _high))
_WRITE_ALL = writing(_STAGED, lambda column: column.in_(select(_STAGED.c.customer_id)))
_REMOVE = removing(Score.run_id != bindparam("run_id", type_=Uuid))
