"""Keys that customers are found by.

Their indexes are made while all of them are null, in one pass over the table; the worker fills in the keys
of older rows, some hundred in a transaction.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision: str = "0009"
down_revision: str | None = "0008"

SCHEMA, TABLE = "customer", "customers"
LIVE = "deleted_at is null"
COLUMNS = {
    "open_keys": "derived: what it is found by; null until the worker has made it",
    "personal_keys": "derived: the same of personal data",
}


def upgrade() -> None:
    for name, comment in COLUMNS.items():
        op.add_column(TABLE, sa.Column(name, TSVECTOR, comment=comment), schema=SCHEMA)
        op.create_index(
            f"ix_customers_{name}",
            TABLE,
            [name],
            schema=SCHEMA,
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 512},
            postgresql_where=sa.text(LIVE),
        )
    keyless = sa.text(f"{LIVE} and open_keys is null")
    op.create_index("ix_customers_without_keys", TABLE, ["id"], schema=SCHEMA, postgresql_where=keyless)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column(TABLE, name, schema=SCHEMA)
