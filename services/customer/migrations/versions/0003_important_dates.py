"""Important dates of customers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

SCHEMA, TABLE = "customer", "important_dates"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger),
        sa.Column("month", sa.SmallInteger, nullable=False),
        sa.Column("day", sa.SmallInteger, nullable=False),
        sa.Column("leap_month", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_important_dates"),
        sa.CheckConstraint("month between 1 and 12", name="ck_important_dates_month"),
        sa.CheckConstraint("day between 1 and 31", name="ck_important_dates_day"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_important_dates_customer_id_id",
        TABLE,
        ["customer_id", "id"],
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at is null"),
    )


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
