"""Count tags from an index, without reading whole customers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"

SCHEMA, INDEX = "customer", "ix_customers_tags_counted"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            INDEX,
            "customers",
            ["department", "owner"],
            schema=SCHEMA,
            postgresql_include=["tags"],
            postgresql_where=sa.text("deleted_at is null and tags <> '{}'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(INDEX, "customers", schema=SCHEMA)
