"""Relations between customers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"

SCHEMA, TABLE = "customer", "relations"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("from_customer_id", sa.Uuid, nullable=False),
        sa.Column("to_customer_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("department", sa.Text),
        sa.Column("role", sa.Text),
        sa.Column("share", sa.Numeric),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("note", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_relations"),
        sa.CheckConstraint("from_customer_id <> to_customer_id", name="ck_relations_two_ends"),
        sa.CheckConstraint("valid_from <= valid_to", name="ck_relations_valid"),
        schema=SCHEMA,
    )
    for end in ("from_customer_id", "to_customer_id"):
        op.create_index(
            f"ix_relations_{end}_id",
            TABLE,
            [end, "id"],
            schema=SCHEMA,
            postgresql_where=sa.text("deleted_at is null"),
        )


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
