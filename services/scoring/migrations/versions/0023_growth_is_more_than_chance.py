"""Growth has to come to something; a system that has judged nobody yet begins with the limits measured best."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"

SCHEMA, TABLE = "scoring", "lifecycle_settings"
BEST = {
    "exploration_gaps": 1.0,
    "silence_level": 0.95,
    "lost_p_alive": 0.25,
    "order_weight": 0.6,
    "growth_t": 1.0,
    "growth_share": 0.6,
}
NEW = f"version = 1 and not exists (select from {SCHEMA}.lifecycles)"


def upgrade() -> None:
    none = sa.Column("growth_share", sa.Double, nullable=False, server_default="0")  # as it was before
    op.add_column(TABLE, none, schema=SCHEMA)
    given = ", ".join(f"{name} = {value}" for name, value in BEST.items())
    op.execute(f"update {SCHEMA}.{TABLE} set {given} where {NEW}")  # noqa: S608 - constants


def downgrade() -> None:
    op.drop_column(TABLE, "growth_share", schema=SCHEMA)
