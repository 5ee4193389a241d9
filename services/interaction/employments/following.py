"""Following the relations of customer's feed, of which employments are kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, Uuid, any_, bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from feed.consumer import Received
from services.interaction.employments.models import Employment
from services.interaction.identities.projection import rows
from shared.database import Transaction
from shared.statements import Statement

KIND, TYPE = "relation", "employment"
_COLUMNS = {
    "id": Uuid,
    "person_id": Uuid,
    "organization_id": Uuid,
    "valid_from": Date,
    "valid_to": Date,
    "version": Integer,
    "generation": Integer,
}
_told = rows("told", **_COLUMNS)
_upsert = insert(Employment).from_select(list(_COLUMNS), select(*(_told.c[name] for name in _COLUMNS)))
_KEEP = Statement(
    _upsert.on_conflict_do_update(
        index_elements=[Employment.id],
        set_={name: _upsert.excluded[name] for name in _COLUMNS if name != "id"},
        where=tuple_(Employment.generation, Employment.version)
        < tuple_(_upsert.excluded.generation, _upsert.excluded.version),
    )
)
_DROP = Statement(delete(Employment).where(Employment.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
_SWEEP = Statement(delete(Employment).where(Employment.generation < bindparam("before", type_=Integer)))


async def apply(tx: Transaction, received: Sequence[Received]) -> None:
    """Keep employments that are told of, and forget those that are gone; each entry has the newest state."""
    held = [each for each in received if not each.gone and each.data.get("type") == TYPE]
    gone = [each.subject for each in received if each.gone]
    if held:
        order = sorted(held, key=lambda each: each.subject)
        await _KEEP.value(tx.connection, told=[_row(each) for each in order])
    if gone:
        await _DROP.value(tx.connection, ids=sorted(gone))


async def sweep(tx: Transaction, generation: int) -> None:
    """Forget what a new snapshot no longer has."""
    await _SWEEP.value(tx.connection, before=generation)


def _row(received: Received) -> dict[str, Any]:
    return {
        "id": received.subject,
        "person_id": received.data["from_customer_id"],
        "organization_id": received.data["to_customer_id"],
        "valid_from": received.data.get("valid_from"),
        "valid_to": received.data.get("valid_to"),
        "version": received.version,
        "generation": received.generation,
    }
