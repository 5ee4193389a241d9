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
        index(f"ix_customers_{name}", name, LIVE, "gin")
    index("ix_customers_without_keys", "id", f"{LIVE} and open_keys is null", "btree")


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column(TABLE, name, schema=SCHEMA)


def index(name: str, of: str, where: str, using: str) -> None:
    op.create_index(name, TABLE, [of], schema=SCHEMA, postgresql_using=using, postgresql_where=sa.text(where))
