"""Calls, and the events that they add up from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0010"
down_revision: str | None = "0009"

SCHEMA = "interaction"
TIME = sa.DateTime(timezone=True)
NAME = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("from_number", sa.Text),
        sa.Column("to_number", sa.Text),
        sa.Column("number", NAME),
        sa.Column("matched_by", sa.Text, comment="event, number or agent; null: unmatched"),
        sa.Column("agent", sa.Text),
        sa.Column("queue", sa.Text),
        sa.Column("legs", JSONB, nullable=False),
        sa.Column("answered_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("waited_seconds", sa.Double),
        sa.Column("talked_seconds", sa.Double, nullable=False),
        sa.Column("held_seconds", sa.Double, nullable=False),
        sa.Column("transfers", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("disposition", sa.Text),
        sa.Column("recording", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source_system", NAME),
        sa.Column("source_id", NAME),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False, comment="the principal who recorded it first"),
        sa.PrimaryKeyConstraint("customer_id", "id", name="pk_calls"),
        schema=SCHEMA,
    )
    index("calls", "ix_calls_id", "id")
    index("calls", "ix_calls_occurred_at", "occurred_at")
    index("calls", "ix_calls_newest", "customer_id", sa.text("occurred_at DESC"), sa.text("id DESC"))
    index("calls", "ix_calls_number", "number", "occurred_at", where="number is not null")
    missed = "direction = 'inbound' and outcome in ('abandoned', 'voicemail')"
    index("calls", "ix_calls_missed", "occurred_at", "id", where=missed)
    op.create_table(
        "call_events",
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("sequence", sa.Integer),
        sa.Column("said", JSONB, nullable=False, comment="the fields that it gave"),
        sa.Column("by_hand", sa.Boolean, nullable=False, server_default="false", comment="an agent said so"),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("received_at", TIME, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.PrimaryKeyConstraint("call_id", "key", name="pk_call_events"),
        sa.UniqueConstraint("id", name="uq_call_events_id"),
        schema=SCHEMA,
    )
    index("call_events", "ix_call_events_rings", "received_at", where="type in ('ringing', 'queued')")


def downgrade() -> None:
    for name in ("call_events", "calls"):
        op.drop_table(name, schema=SCHEMA)


def index(table: str, name: str, *columns: str | sa.TextClause, where: str | None = None) -> None:
    more = {} if where is None else {"postgresql_where": sa.text(where)}
    op.create_index(name, table, columns, schema=SCHEMA, **more)
