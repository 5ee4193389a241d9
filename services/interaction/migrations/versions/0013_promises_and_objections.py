"""Promises, claims of publicity, and objections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"

SCHEMA = "interaction"
OPEN = sa.text("outcome = 'open'")


def upgrade() -> None:
    _fact("promises", sa.Column("order_id", sa.Uuid()), *_promised())
    op.create_index("ix_promises_due", "promises", ["due_at", "id"], schema=SCHEMA, postgresql_where=OPEN)
    op.create_index("ix_promises_due_at", "promises", ["due_at"], schema=SCHEMA)
    op.create_table(
        "publicity_claims",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("medium", sa.Text()),
        *_promised(),
        *_kept(),
        schema=SCHEMA,
    )
    _fact(
        "objections",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("founded", sa.Boolean()),
        sa.Column("personality", sa.Text()),
        sa.Column("raised_to", sa.Text()),
        sa.Column("attempts", postgresql.JSONB(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
    )
    op.create_index("ix_objections_occurred_at", "objections", ["occurred_at"], schema=SCHEMA)


def _promised() -> list[sa.Column[object]]:
    return [
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keeper", sa.Text()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text()),
    ]


def _fact(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        *_kept(),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f(f"pk_{table}")),
        schema=SCHEMA,
    )
    op.create_index(f"ix_{table}_id", table, ["id"], schema=SCHEMA)
    newest = ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")]
    op.create_index(f"ix_{table}_newest", table, newest, schema=SCHEMA)


def _kept() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C")),
        sa.Column("source_id", sa.Text(collation="C")),
        sa.Column("attributes", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    for table in ("objections", "publicity_claims", "promises"):
        op.drop_table(table, schema=SCHEMA)
