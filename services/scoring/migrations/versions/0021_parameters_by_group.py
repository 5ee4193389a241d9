"""Parameters of an estimator version can differ by group of customers; a score says which group's it was."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0021"
down_revision: str | None = "0020"

SCHEMA = "scoring"
NULLABLE = (
    ("estimator_versions", "parameters_by", JSONB),
    ("estimator_versions", "groups", JSONB),
    ("scoring_runs", "parameters_by", JSONB),
    ("scores", "parameter_group", sa.SmallInteger),
    ("score_history", "parameter_group", sa.SmallInteger),
)


def upgrade() -> None:
    for table, column, kind in NULLABLE:
        op.add_column(table, sa.Column(column, kind, nullable=True), schema=SCHEMA)
    ways = sa.Column("parameters_by", JSONB, nullable=False, server_default=sa.text("'[]'"))
    op.add_column("scoring_settings", ways, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("scoring_settings", "parameters_by", schema=SCHEMA)
    for table, column, _ in reversed(NULLABLE):
        op.drop_column(table, column, schema=SCHEMA)
