"""Where relations stand and by which limits that is judged."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"

SCHEMA = "scoring"
TIME = sa.DateTime(timezone=True)
WHOLE = {
    "period_days": 14,
    "hysteresis": 2,
    "exploration_orders": 2,
    "margin_periods": 3,
    "category_periods": 6,
    "stability_orders": 4,
}
REAL = {
    "exploration_gaps": 2.0,
    "silence_level": 0.9,
    "decline_p_alive": 0.5,
    "lost_p_alive": 0.1,
    "lost_silence_level": 0.99,
    "margin_fall": 0.3,
    "margin_weight": 0.3,
    "margin_purchases": 12.0,
    "order_weight": 0.7,
    "growth_t": 1.5,
    "stability_cv": 0.5,
}
LIMITS = {**WHOLE, **REAL}


def upgrade() -> None:
    lifecycles()
    op.create_table(
        "lifecycle_settings",
        *(sa.Column(name, sa.Integer, nullable=False) for name in WHOLE),
        *(sa.Column(name, sa.Double, nullable=False) for name in REAL),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_lifecycle_settings"),
        schema=SCHEMA,
    )
    defaults()
    op.create_table(
        "lifecycle_rounds",
        sa.Column("k", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Uuid),
        sa.Column("settings_version", sa.Integer),
        sa.Column("after", sa.Uuid, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("k", name="pk_lifecycle_rounds"),
        schema=SCHEMA,
    )
    op.execute(
        "insert into scoring.lifecycle_rounds (k, after, done) "
        "values (1, '00000000-0000-0000-0000-000000000000', false)"
    )


def defaults() -> None:
    now = sa.func.now()
    names = (*LIMITS, "id", "version", "created_at", "updated_at")
    settings = sa.table("lifecycle_settings", *map(sa.column, names), schema=SCHEMA)
    id_ = sa.literal_column("'0192f0c1-7a5e-7000-8000-6c6966656379'::uuid")
    op.execute(settings.insert().values(**LIMITS, id=id_, version=1, created_at=now, updated_at=now))


def lifecycles() -> None:
    op.create_table(
        "lifecycles",
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("rule", sa.SmallInteger, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("bound", sa.Double),
        sa.Column("days", sa.ARRAY(sa.Date), nullable=False),
        sa.Column("states", sa.ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("values", sa.ARRAY(sa.Double), nullable=False),
        sa.Column("bounds", sa.ARRAY(sa.Double), nullable=False),
        sa.Column("looked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_lifecycles"),
        sa.UniqueConstraint("id", name="uq_lifecycles_id"),
        sa.CheckConstraint("cardinality(days) = cardinality(states)", name="ck_lifecycles_trajectory"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_lifecycles_state_customer_id",
        "lifecycles",
        ["state", "customer_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("not deleted"),
    )


def downgrade() -> None:
    for table in ("lifecycle_rounds", "lifecycle_settings", "lifecycles"):
        op.drop_table(table, schema=SCHEMA)
