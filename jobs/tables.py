"""The table of a service's jobs."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

WORD = sa.Text(collation="C")
TIME = sa.DateTime(timezone=True)


class JobStatus(StrEnum):
    """Where a job stands; the last three are its end."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def job_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the table in a service's schema.

    The database lets one job of a kind be running; a worker holds it by `claim` until `leased_until`. What it
    has done up to `checkpoint` is not done again; `attempts` counts those that began at the same checkpoint.
    """
    return sa.Table(
        "jobs",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
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
        sa.CheckConstraint(f"status in ({', '.join(repr(str(each)) for each in JobStatus)})", name="status"),
        sa.Index("uq_jobs_running", "kind", unique=True, postgresql_where=sa.text("status = 'running'")),
        sa.Index("ix_jobs_kind_id", "kind", "id"),
    )
