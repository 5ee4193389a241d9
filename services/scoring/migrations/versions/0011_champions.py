"""Champions: versions have a life, runs say with which fit and why, settings say who approves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0011"
down_revision: str | None = "0010"

SCHEMA = "scoring"
WORD = sa.Text(collation="C")
TIME = sa.DateTime(timezone=True)
NOW = sa.text("now()")
LIVES = "life in ('candidate', 'champion', 'retired')"


def versions() -> tuple[sa.Column, ...]:
    return (
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("updated_at", TIME, nullable=False, server_default=NOW),
        sa.Column("deleted_at", TIME),
        sa.Column("life", WORD, nullable=False, server_default="candidate"),
        sa.Column("run_id", sa.Uuid),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_at", TIME),
        sa.Column("approved_because", sa.Text),
        sa.Column("backtest_id", sa.Uuid),
        sa.Column("expects", JSONB),
    )


def runs() -> tuple[sa.Column, ...]:
    return (
        sa.Column("estimator_version_id", sa.Uuid),
        sa.Column("fits", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("reason", WORD, nullable=False, server_default="asked"),
        sa.Column("drift", JSONB),
    )


def upgrade() -> None:
    for table, columns in (("estimator_versions", versions()), ("scoring_runs", runs())):
        for column in columns:
            op.add_column(table, column, schema=SCHEMA)
    op.execute(
        "update scoring.estimator_versions v set run_id = r.id, updated_at = v.created_at "
        "from scoring.scoring_runs r where v.id = any (r.version_ids)"
    )
    op.create_check_constraint("life", "estimator_versions", LIVES, schema=SCHEMA)
    op.create_index("ix_estimator_versions_run_id", "estimator_versions", ["run_id"], schema=SCHEMA)
    op.create_index(
        "uq_estimator_versions_champion",
        "estimator_versions",
        [sa.text("(kind = 'gamma_gamma')")],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("life = 'champion'"),
    )
    settings()


def downgrade() -> None:
    op.drop_table("scoring_settings", schema=SCHEMA)
    for column in runs():
        op.drop_column("scoring_runs", column.name, schema=SCHEMA)
    for column in versions():
        op.drop_column("estimator_versions", column.name, schema=SCHEMA)


def settings() -> None:
    op.create_table(
        "scoring_settings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("approval", WORD, nullable=False),
        sa.Column("refit_days", sa.Integer, nullable=False),
        sa.Column("backtest_days", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_scoring_settings"),
        sa.CheckConstraint("approval in ('person', 'automatic')", name="ck_scoring_settings_approval"),
        schema=SCHEMA,
    )
    op.execute(
        "insert into scoring.scoring_settings (id, approval, refit_days, version, created_at, updated_at) "
        "values ('0192f0c1-7a5e-7000-8000-73636f72696e', 'person', 7, 1, now(), now())"
    )
