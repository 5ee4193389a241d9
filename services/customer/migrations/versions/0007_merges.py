"""Merges, and the rules by which fields survive them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0007"
down_revision: str | None = "0006"

SCHEMA = "customer"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("survivor_id", sa.Uuid, nullable=False),
        sa.Column("survivor_version", sa.Integer, nullable=False),
        sa.Column("duplicate_ids", ARRAY(sa.Uuid), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("decisions", JSONB),
        sa.Column("kept", JSONB),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("undoable_until", TIME, nullable=False),
        sa.Column("undone_at", TIME),
        sa.Column("undone_by", sa.Text),
        sa.Column("undo", JSONB, comment="what was changed since, and conflicts"),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
        schema=SCHEMA,
    )
    at = {"schema": SCHEMA}
    op.create_index(
        "ix_merges_survivor_id_survivor_version", "merges", ["survivor_id", "survivor_version"], **at
    )
    op.create_index("ix_merges_duplicate_ids", "merges", ["duplicate_ids"], postgresql_using="gin", **at)
    op.create_index("ix_merges_created_at_id", "merges", ["created_at", "id"], **at)
    kept = sa.text("kept is not null")
    op.create_index("ix_merges_undoable_until", "merges", ["undoable_until"], postgresql_where=kept, **at)
    rules = op.create_table(
        "survivorship",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("trusted_sources", ARRAY(sa.Text), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_survivorship"),
        schema=SCHEMA,
    )
    scalars = (
        *("kind", "name", "given_name", "family_name", "owner", "department"),
        *("region", "customer_class", "acquisition"),
    )
    lists = ("contact_points", "addresses", "tags", "attributes")
    usual = {**dict.fromkeys(scalars, "survivor"), **dict.fromkeys(lists, "union")}
    row = {"id": "0192f0c1-7a5e-7000-8000-6d6572676573", "rules": usual, "trusted_sources": [], "version": 1}
    now = sa.func.now()
    op.execute(rules.insert().values(**row, created_at=now, updated_at=now))


def downgrade() -> None:
    op.drop_table("survivorship", schema=SCHEMA)
    op.drop_table("merges", schema=SCHEMA)
