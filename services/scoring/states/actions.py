"""Keeping states equal to their facts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.scoring.facts.models import Fact
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY, ONE, counting, recount
from shared.database import Transaction
from shared.statements import Statement


async def rebuild(tx: Transaction, ids: Sequence[UUID], *, currency: str) -> None:
    """Recount the states of these customer ids from their facts; the caller holds their marks."""
    if ids:
        await _REBUILD.value(tx.connection, ids=ids, currency=currency)
        await _CLEAR.value(tx.connection, ids=ids)


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_counted = recount(Fact.customer_id, Fact.customer_id == any_(_IDS))
_names = [str(column.key) for column in _counted.selected_columns]
_given = insert(State).from_select([*_names, "currency"], _counted.add_columns(CURRENCY))
_REBUILD = Statement(
    _given.on_conflict_do_update(
        index_elements=[State.customer_id],
        set_={column.key: column for column in _given.excluded if column.key != "customer_id"},
    )
)
# As the recount sees it: what it finds nothing of would otherwise stay as it was.
_counted_still = select(ONE).where(Fact.customer_id == State.customer_id, *counting()).exists()
_CLEAR = Statement(delete(State).where(State.customer_id == any_(_IDS), ~_counted_still))
