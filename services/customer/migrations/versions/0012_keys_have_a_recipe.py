"""Keys remember the recipe that they were made by, so that the worker can make older ones anew.

The column comes with a constant default, which rewrites no row; the indexes come and go concurrently. To
empty all keys instead would lock every row, and nobody would be found until the worker is through.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"

SCHEMA, TABLE, INDEX, BEFORE = (
    "customer",
    "customers",
    "ix_customers_keys_recipe",
    "ix_customers_without_keys",
)
LIVE = sa.text("deleted_at is null")
RECIPE = sa.Column(
    "keys_recipe",
    sa.SmallInteger(),
    server_default="0",
    nullable=False,
    comment="the recipe that its keys were made by; the worker makes older ones anew",
)


def upgrade() -> None:
    op.add_column(TABLE, RECIPE, schema=SCHEMA, if_not_exists=True)
    _limit_pending(64)
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, TABLE, schema=SCHEMA, postgresql_concurrently=True, if_exists=True)
        op.create_index(
            INDEX, TABLE, ["keys_recipe"], schema=SCHEMA, postgresql_where=LIVE, postgresql_concurrently=True
        )
        op.drop_index(BEFORE, TABLE, schema=SCHEMA, postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    _limit_pending(512)
    keyless = sa.text("deleted_at is null and open_keys is null")
    op.create_index(BEFORE, TABLE, ["id"], schema=SCHEMA, postgresql_where=keyless)
    op.drop_column(TABLE, "keys_recipe", schema=SCHEMA)


def _limit_pending(kilobytes: int) -> None:
    """Say how many new entries of an index of keys may wait in a list: every search reads it."""
    for name in ("open_keys", "personal_keys"):
        op.execute(f"alter index {SCHEMA}.ix_customers_{name} set (gin_pending_list_limit = {kilobytes})")
