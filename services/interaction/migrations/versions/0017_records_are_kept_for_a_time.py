"""Keep rules of retention and holds, and the source keys of what was deleted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"

SCHEMA, RULES, HOLDS = "interaction", "retention_rules", "retention_holds"
PROMISES, INDEX = "promises", "ix_promises_order_id"
TIME, WORD = sa.DateTime(timezone=True), sa.Text(collation="C")


def upgrade() -> None:
    op.add_column(
        "source_keys",
        sa.Column("retired", sa.Text(), nullable=True, comment="deleted or stripped by a rule of retention"),
        schema=SCHEMA,
    )
    op.create_table(
        RULES,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=True),
        sa.Column("channel_group", WORD, nullable=True),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("action", WORD, nullable=False),
        *_kept(),
        sa.CheckConstraint("keep_days between 1 and 36500", name=op.f("ck_retention_rules_keep_days")),
        sa.CheckConstraint(
            "num_nonnulls(channel, channel_group) < 2", name=op.f("ck_retention_rules_narrowed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rules")),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_retention_rules_live",
        RULES,
        ["kind", "channel", "channel_group", "action"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        HOLDS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_kept(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_holds")),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_retention_holds_live",
        HOLDS,
        ["customer_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at is null"),
    )
    with op.get_context().autocommit_block():
        op.create_index(
            INDEX,
            PROMISES,
            ["order_id"],
            schema=SCHEMA,
            postgresql_where=sa.text("order_id is not null"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, PROMISES, schema=SCHEMA, postgresql_concurrently=True, if_exists=True)
    op.drop_table(HOLDS, schema=SCHEMA)
    op.drop_table(RULES, schema=SCHEMA)
    op.drop_column("source_keys", "retired", schema=SCHEMA)


def _kept() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
    )
