"""Filling in the keys of customers that were stored before there were keys, or other ones."""

from datetime import timedelta

from sqlalchemy import Integer, bindparam, cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from services.customer.customers.models import Customer
from services.customer.customers.queries import RECORD, recordset
from services.customer.keys.key import vector
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys
from shared.database import Database
from shared.statements import Statement

AT_A_TIME, SOON = 500, timedelta(minutes=1)
_COLUMNS = (Customer.id, Customer.open_keys, Customer.personal_keys)
_given = recordset("rows", *(column.expression for column in _COLUMNS))

PICK = Statement(
    select(Customer.id, cast(RECORD, JSONB).label("document"))
    .where(Customer.deleted_at.is_(None), Customer.open_keys.is_(None))
    .order_by(Customer.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True),
    unguarded="the worker's own upkeep",
    clear="keys are made of whole customers",
)
FILL = Statement(
    update(Customer)
    .values(open_keys=_given.c.open_keys, personal_keys=_given.c.personal_keys)
    .where(Customer.id == _given.c.id)
)


async def fill(database: Database) -> None:
    """Give keys to all customers that have none; a short transaction for some hundred, in the order of ids.

    Neither version nor feed tells of it: keys are derived.
    """
    while await _fill_some(database):
        pass


async def _fill_some(database: Database) -> int:
    async with database.pool.acquire() as connection, connection.transaction():
        picked = await PICK.all(connection, limit=AT_A_TIME)
        if picked:
            await FILL.all(connection, rows=[_keys(row["id"], row["document"]) for row in picked])
    return len(picked)


def _keys(id_: object, document: dict[str, object]) -> dict[str, object]:
    return {
        "id": id_,
        "open_keys": vector(open_keys(document)),
        "personal_keys": vector(personal_keys(document)),
    }
