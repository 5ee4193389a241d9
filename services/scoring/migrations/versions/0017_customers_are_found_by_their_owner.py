"""Who sees only some customers finds them by their owner or department."""

from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"

SCHEMA, TABLE = "scoring", "identities"
COLUMNS = ("owner", "department")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for column in COLUMNS:
            op.create_index(
                f"ix_identities_{column}",
                TABLE,
                [column],
                schema=SCHEMA,
                if_not_exists=True,
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_identities_{column}", TABLE, schema=SCHEMA)
