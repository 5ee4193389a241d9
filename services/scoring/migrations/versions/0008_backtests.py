"""Jobs of the scoring service, and what the origins of back-tests found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0008"
down_revision: str | None = "0007"

SCHEMA = "scoring"
WORD = sa.Text(collation="C")
TIME = sa.DateTime(timezone=True)
STATUSES = "'queued', 'running', 'done', 'failed', 'cancelled'"


def upgrade() -> None:
    jobs()
    op.create_table(
        "backtest_origins",
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("cut_off", sa.Date, nullable=False),
        sa.Column("found", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "cut_off", name="pk_backtest_origins"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("backtest_origins", schema=SCHEMA)
    op.drop_table("jobs", schema=SCHEMA)


def jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("parameters", JSONB, nullable=False),
        sa.Column("progress", sa.Float, nullable=False, comment="from 0 to 1"),
        sa.Column("checkpoint", JSONB, nullable=False, comment="where it goes on"),
        sa.Column("counts", JSONB, nullable=False, comment="what it has found so far"),
        sa.Column("error", sa.Text),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("claim", sa.Uuid),
        sa.Column("leased_until", TIME),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.CheckConstraint(f"status in ({STATUSES})", name="ck_jobs_status"),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_jobs_running",
        "jobs",
        ["kind"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_jobs_kind_id", "jobs", ["kind", "id"], schema=SCHEMA)
