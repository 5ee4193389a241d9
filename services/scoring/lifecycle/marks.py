"""The customers whose facts changed since their relation was judged last."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.scoring.lifecycle.models import LifecycleMark
from shared.database import Transaction
from shared.statements import Statement

MOST = 500


async def mark(tx: Transaction, customers: Collection[UUID]) -> None:
    """Let customers (current ids, or ids that were) be judged soon."""
    if customers:
        await _MARK.value(tx.connection, ids=sorted(set(customers)))


async def take(tx: Transaction) -> list[UUID]:
    """Take some of them off the list, for this transaction to judge; whoever marks one again waits for it."""
    return sorted(UUID(int=row[0].int) for row in await _TAKE.all(tx.connection, most=MOST))


_given = insert(LifecycleMark).from_select(
    ["customer_id"], select(func.unnest(bindparam("ids", type_=ARRAY(Uuid))))
)
# Written anew even if it is there: whoever is judging this customer holds the row, and is waited for.
_MARK = Statement(
    _given.on_conflict_do_update(
        index_elements=[LifecycleMark.customer_id], set_={"customer_id": _given.excluded.customer_id}
    )
)
_some = (
    select(LifecycleMark.customer_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("some")
)
_TAKE = Statement(
    delete(LifecycleMark)
    .where(LifecycleMark.customer_id == _some.c.customer_id)
    .returning(LifecycleMark.customer_id)
)
