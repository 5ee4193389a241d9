"""Writing the scores of some customers, beside runs that write everybody's."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select

from feed.write import by
from services.scoring.scores.models import Publication, Score
from services.scoring.scores.rows import Rows
from services.scoring.scores.telling import COLUMNS, removing, writing
from shared.database import Transaction
from shared.statements import Statement


async def lock_alone(tx: Transaction) -> None:
    """Be the only one to write scores until the transaction ends."""
    await _ALONE.value(tx.connection)


async def try_alone(tx: Transaction) -> bool:
    """Be the only one to write scores until the transaction ends; False when somebody is at it."""
    return await _UNLESS_TAKEN.value(tx.connection) is not None


async def write(tx: Transaction, rows: Rows, *, run_id: UUID, as_of: date) -> int:
    """Make a few rows the current scores of their customers; return how many changed."""
    columns: dict[str, list[Any]] = {name: rows[name].tolist() for name in COLUMNS if name != "customer_id"}
    columns["customer_id"] = [UUID(bytes=id_.tobytes()) for id_ in rows["customer_id"]]
    return int(
        await _WRITE.value(tx.connection, **columns, **by(tx), known_at=tx.at, run_id=run_id, as_of=as_of)
    )


async def remove(tx: Transaction, ids: list[UUID], *, as_of: date) -> int:
    """Delete the scores of customers that have none any more from a day on; return how many there were."""
    return int(await _REMOVE.value(tx.connection, **by(tx), known_at=tx.at, ids=ids, as_of=as_of))


_lock = select(Publication.k)
_ALONE = Statement(_lock.with_for_update())
_UNLESS_TAKEN = Statement(_lock.with_for_update(skip_locked=True))
_arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in COLUMNS.items())
_ids = bindparam("customer_id", type_=ARRAY(Uuid))
_WRITE = writing(
    func.unnest(*_arrays).table_valued(*COLUMNS).render_derived(), lambda column: column == any_(_ids)
)
_REMOVE = removing(Score.customer_id == any_(bindparam("ids", type_=ARRAY(Uuid))))
