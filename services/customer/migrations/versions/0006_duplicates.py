"""Jobs, duplicates, their settings, and what runs learn."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0006"
down_revision: str | None = "0005"

SCHEMA = "customer"
KEY = sa.Text(collation="C")
TIME = sa.DateTime(timezone=True)
STATUSES = "'queued', 'running', 'done', 'failed', 'cancelled'"


def upgrade() -> None:
    jobs()
    pairs()
    op.create_table(
        "duplicate_settings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("on_write", KEY, nullable=False),
        sa.Column("review", sa.Float, nullable=False),
        sa.Column("certain", sa.Float, nullable=False),
        sa.Column("weights_from", sa.Uuid),
        *kept(),
        sa.PrimaryKeyConstraint("id", name="pk_duplicate_settings"),
        sa.CheckConstraint("on_write in ('off', 'warn', 'refuse')", name="ck_duplicate_settings_on_write"),
        schema=SCHEMA,
    )
    op.execute(
        "insert into customer.duplicate_settings (id, on_write, review, certain, version, created_at, updated_at) "
        "values ('0192f0c1-7a5e-7000-8000-6475706c6963', 'off', 0.7, 0.95, 1, now(), now())"
    )
    op.create_table(
        "duplicate_weights",
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("weights", JSONB, nullable=False),
        sa.Column("frequencies", JSONB, nullable=False),
        sa.Column("learnt", JSONB, nullable=False, comment="how: shares of rules, log posterior"),
        sa.PrimaryKeyConstraint("job_id", name="pk_duplicate_weights"),
        schema=SCHEMA,
    )
    op.create_table(
        "duplicate_pages",
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("ids", sa.LargeBinary, nullable=False),
        sa.Column("forms", sa.LargeBinary, nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "page", name="pk_duplicate_pages"),
        schema=SCHEMA,
        prefixes=["unlogged"],
    )
    # Numbers that are read whole: packing them would only cost time.
    op.execute(
        f"alter table {SCHEMA}.duplicate_pages alter ids set storage external, "
        "alter forms set storage external, alter keys set storage external"
    )


def downgrade() -> None:
    for table in ("duplicate_pages", "duplicate_weights", "duplicate_settings", "duplicates", "jobs"):
        op.drop_table(table, schema=SCHEMA)


def kept() -> list[sa.Column]:
    return [
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
    ]


def pairs() -> None:
    op.create_table(
        "duplicates",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("one", sa.Uuid, nullable=False),
        sa.Column("other", sa.Uuid, nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("cluster_id", sa.Uuid),
        sa.Column("found_by", KEY, nullable=False),
        sa.Column("seen_in", sa.Uuid),
        *kept(),
        sa.PrimaryKeyConstraint("id", name="pk_duplicates"),
        sa.CheckConstraint("one < other", name="ck_duplicates_order"),
        sa.CheckConstraint("status in ('open', 'dismissed')", name="ck_duplicates_status"),
        schema=SCHEMA,
    )
    op.create_index("uq_duplicates_one_other", "duplicates", ["one", "other"], unique=True, schema=SCHEMA)
    op.create_index("ix_duplicates_other", "duplicates", ["other"], schema=SCHEMA)
    for columns, where in (
        (["score", "id"], "deleted_at is null"),
        (["cluster_id"], "cluster_id is not null"),
    ):
        name = f"ix_duplicates_{'_'.join(columns)}"
        op.create_index(name, "duplicates", columns, schema=SCHEMA, postgresql_where=sa.text(where))


def jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", KEY, nullable=False),
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
