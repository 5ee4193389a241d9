"""Who bears how much of a shared cost is stored, and weighed anew when something has changed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"

SCHEMA = "interaction"
TIME = sa.DateTime(timezone=True)
WAITING = f"""
insert into {SCHEMA}.cost_weighings (cost_id, id, marked_at)
select id, gen_random_uuid(), clock_timestamp() from {SCHEMA}.shared_costs
"""  # noqa: S608 - constants


def upgrade() -> None:
    op.create_table(
        "cost_weighings",
        sa.Column("cost_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False),
        *(_count(name, begins) for name, begins in (("version", "0"), ("marked", "1"), ("weighed", "0"))),
        sa.Column("marked_at", TIME, nullable=False),
        sa.Column("claimed_until", TIME),
        sa.Column("weighed_at", TIME),
        *(
            sa.Column(name, sa.Numeric, nullable=False, server_default="0")
            for name in ("units", "of_weights")
        ),
        *(_count(name, "0") for name in ("customers", "orders_without_rate")),
        sa.UniqueConstraint("id", name="uq_cost_weighings_id"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_cost_weighings_waiting",
        "cost_weighings",
        ["marked_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("marked > weighed"),
    )
    op.create_table(
        "cost_shares",
        sa.Column("cost_id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Numeric, nullable=False) for name in ("weight", "units", "upto")),
        sa.PrimaryKeyConstraint("cost_id", "customer_id", name="pk_cost_shares"),
        schema=SCHEMA,
    )
    op.execute(WAITING)


def downgrade() -> None:
    op.drop_table("cost_shares", schema=SCHEMA)
    op.drop_table("cost_weighings", schema=SCHEMA)


def _count(name: str, begins: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=begins)
