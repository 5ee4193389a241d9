"""Mail: what is kept of it, originals, threads, settings, imports, and the jobs that do them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0009"
down_revision: str | None = "0008"

SCHEMA = "interaction"
WORD = sa.Text(collation="C")
TIME = sa.DateTime(timezone=True)
STATUSES = "'queued', 'running', 'done', 'failed', 'cancelled'"


def upgrade() -> None:
    jobs()
    mails()
    threads()
    op.create_table(
        "mail_settings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("own", ARRAY(sa.Text), nullable=False),
        sa.Column("keep_up_to", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_mail_settings"),
        schema=SCHEMA,
    )
    op.execute(
        "insert into interaction.mail_settings (id, own, keep_up_to, version, created_at, updated_at) "
        "values ('0192f0c1-7a5e-7000-8000-6d61696c7365', '{}', 10485760, 1, now(), now())"
    )
    imports()


def downgrade() -> None:
    for table in (
        *("mail_rejects", "mail_parts", "mail_settings", "thread_marks", "threads", "mail_originals"),
        *("mails", "jobs"),
    ):
        op.drop_table(table, schema=SCHEMA)


def mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("thread_id", sa.Uuid, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("message_id", WORD),
        sa.Column("topic", sa.LargeBinary),
        sa.Column("loose", sa.Boolean, nullable=False),
        sa.Column("said", JSONB, nullable=False),
        sa.Column("defects", JSONB, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", WORD, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_mails_thread_id_occurred_at_id", "mails", ["thread_id", "occurred_at", "id"], schema=SCHEMA
    )
    op.create_index(
        "ix_mails_topic_occurred_at",
        "mails",
        ["topic", "occurred_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("topic is not null"),
    )
    op.create_index(
        "ix_mails_message_id",
        "mails",
        ["message_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("message_id is not null"),
    )
    op.create_table(
        "mail_originals",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_mail_originals"),
        schema=SCHEMA,
    )
    # Packed already: packing it again would only cost time.
    op.execute(f"alter table {SCHEMA}.mail_originals alter content set storage external")


def threads() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("current_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        schema=SCHEMA,
    )
    op.create_index("ix_threads_current_id", "threads", ["current_id"], schema=SCHEMA)
    op.create_table(
        "thread_marks",
        sa.Column("name", WORD, nullable=False),
        sa.Column("thread_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_thread_marks"),
        schema=SCHEMA,
    )


def imports() -> None:
    op.create_table(
        "mail_parts",
        sa.Column("upload_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("uploaded_by", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk_mail_parts"),
        schema=SCHEMA,
    )
    op.execute(f"alter table {SCHEMA}.mail_parts alter content set storage external")
    op.create_table(
        "mail_rejects",
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_mail_rejects"),
        schema=SCHEMA,
    )


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
