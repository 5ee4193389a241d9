"""Making anew the keys of customers that were made by an older recipe, or by none."""

from datetime import timedelta

from sqlalchemy import Integer, SmallInteger, bindparam, cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from services.customer.customers.models import Customer
from services.customer.customers.queries import RECORD, recordset
from services.customer.keys.key import RECIPE, vector
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys
from shared.database import Database
from shared.statements import Statement

AT_A_TIME, SOON = 500, timedelta(minutes=1)
_COLUMNS = (Customer.id, Customer.open_keys, Customer.personal_keys)
_given = recordset("rows", *(column.expression for column in _COLUMNS))

PICK = Statement(
    select(Customer.id, cast(RECORD, JSONB).label("document"))
    .where(Customer.deleted_at.is_(None), Customer.keys_recipe < bindparam("recipe", type_=SmallInteger))
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True),
    unguarded="the worker's own upkeep",
    clear="keys are made of whole customers",
)
FILL = Statement(
    update(Customer)
    .values(open_keys=_given.c.open_keys, personal_keys=_given.c.personal_keys, keys_recipe=RECIPE)
    .where(Customer.id == _given.c.id)
)


async def fill(database: Database) -> None:
    """Give all customers the keys of today's recipe; a short transaction for some hundred.

    Neither version nor feed tells of it: keys are derived.
    """
    while await _fill_some(database):
        pass


async def _fill_some(database: Database) -> int:
    async with database.pool.acquire() as connection, connection.transaction():
        picked = await PICK.all(connection, recipe=RECIPE, limit=AT_A_TIME)
        if picked:
            await FILL.all(connection, rows=[_keys(row["id"], row["document"]) for row in picked])
    return len(picked)


def _keys(id_: object, document: dict[str, object]) -> dict[str, object]:
    return {
        "id": id_,
        "open_keys": vector(open_keys(document)),
        "personal_keys": vector(personal_keys(document)),
    }
