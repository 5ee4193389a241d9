"""Identities, facts, states, rates, runs, estimator versions and scores, the feed and the idempotency keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from feed.tables import drop_feed_ddl, feed_ddl
from shared.database import NAMING
from web.idempotency import idempotency_table

revision: str = "0001"
down_revision: str | None = None

SCHEMA = "scoring"
KEY = sa.Text(collation="C")
TABLES = (
    "estimator_versions",
    "exchange_rates",
    "external_names",
    "facts",
    "identities",
    "marks",
    "publication",
    "scores",
    "scoring_runs",
    "states",
)


def upgrade() -> None:
    estimator_versions()
    exchange_rates()
    external_names()
    facts()
    identities()
    marks()
    publication()
    scores()
    scoring_runs()
    states()
    idempotency().create(op.get_bind())
    feed_ddl(op, SCHEMA)


def downgrade() -> None:
    drop_feed_ddl(op, SCHEMA)
    idempotency().drop(op.get_bind())
    for table in TABLES:
        op.drop_table(table, schema=SCHEMA)


def idempotency() -> sa.Table:
    return idempotency_table(sa.MetaData(schema=SCHEMA, naming_convention=NAMING))


def estimator_versions() -> None:
    op.create_table(
        "estimator_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parameters", JSONB, nullable=True),
        sa.Column("standard_errors", JSONB, nullable=True),
        sa.Column("covariance", JSONB, nullable=True),
        sa.Column("log_likelihood", sa.Double(), nullable=True),
        sa.Column("figures", JSONB, nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("currency", KEY, nullable=False),
        sa.Column("identity_system", KEY, nullable=True),
        sa.Column("data_hash", KEY, nullable=False),
        sa.Column("code_version", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimator_versions")),
        schema=SCHEMA,
    )


def exchange_rates() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("base", KEY, nullable=False),
        sa.Column("quote", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_positive")),
        sa.PrimaryKeyConstraint("base", "quote", "day", name=op.f("pk_exchange_rates")),
        schema=SCHEMA,
    )


def external_names() -> None:
    op.create_table(
        "external_names",
        sa.Column("system", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("external_id", KEY, nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "external_id", name=op.f("pk_external_names")),
        schema=SCHEMA,
    )
    op.create_index(
        op.f("ix_external_names_customer_id"), "external_names", ["customer_id"], unique=False, schema=SCHEMA
    )


def facts() -> None:
    op.create_table(
        "facts",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("costed", sa.Numeric(), nullable=False),
        sa.Column("currency", KEY, nullable=False),
        sa.Column("status", KEY, nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True, comment="the order that a return belongs to"),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind", "subject", name=op.f("pk_facts")),
        schema=SCHEMA,
    )
    op.create_index(op.f("ix_facts_subject"), "facts", ["subject"], unique=False, schema=SCHEMA)


def identities() -> None:
    op.create_table(
        "identities",
        sa.Column("original_id", sa.Uuid(), nullable=False),
        sa.Column("current_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("original_id", name=op.f("pk_identities")),
        schema=SCHEMA,
    )
    op.create_index(
        op.f("ix_identities_current_id"), "identities", ["current_id"], unique=False, schema=SCHEMA
    )


def marks() -> None:
    op.create_table(
        "marks",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("parked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("rebuild", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("again", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_marks")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_marks_due",
        "marks",
        ["again", "at"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("not parked"),
    )


def publication() -> None:
    op.create_table(
        "publication",
        sa.Column("k", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("k", name=op.f("pk_publication")),
        schema=SCHEMA,
    )
    op.execute("insert into scoring.publication (k) values (1)")


def scores() -> None:
    op.create_table(
        "scores",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("purchase_days", sa.Integer(), nullable=False),
        sa.Column("realized", sa.Double(), nullable=False),
        sa.Column("recency_class", sa.SmallInteger(), nullable=False),
        sa.Column("frequency_class", sa.SmallInteger(), nullable=False),
        sa.Column("money_class", sa.SmallInteger(), nullable=False),
        sa.Column("p_alive", sa.Double(), nullable=True),
        sa.Column("purchases_if_alive", sa.Double(), nullable=True),
        sa.Column("spend_per_purchase", sa.Double(), nullable=True),
        sa.Column("margin_rate", sa.Double(), nullable=True),
        sa.Column("p_active", sa.Double(), nullable=True),
        sa.Column("p10", sa.Double(), nullable=True),
        sa.Column("p50", sa.Double(), nullable=True),
        sa.Column("p90", sa.Double(), nullable=True),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("facts_after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_scores")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_scores_ranked",
        "scores",
        [sa.text("value desc"), "customer_id"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("not deleted"),
    )
    op.create_index(
        "ix_scores_unranked",
        "scores",
        ["customer_id"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("rank is null and not deleted"),
    )


def scoring_runs() -> None:
    op.create_table(
        "scoring_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("fitted_to", sa.Date(), nullable=False),
        sa.Column("estimator", KEY, nullable=False),
        sa.Column("currency", KEY, nullable=False),
        sa.Column("identity_system", KEY, nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("predicts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("customers", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version_ids", ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("population", JSONB, nullable=True),
        sa.Column("cuts", JSONB, nullable=True),
        sa.Column("watermark", JSONB, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scoring_runs")),
        schema=SCHEMA,
    )
    op.create_index(
        op.f("ix_scoring_runs_finished_at"), "scoring_runs", ["finished_at"], unique=False, schema=SCHEMA
    )
    op.create_index(
        op.f("ix_scoring_runs_status_id"), "scoring_runs", ["status", "id"], unique=False, schema=SCHEMA
    )
    op.create_index(
        "uq_scoring_runs_running",
        "scoring_runs",
        ["status"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("status = 'running'"),
    )


def states() -> None:
    op.create_table(
        "states",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("through", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("priced_orders", sa.Integer(), nullable=False),
        sa.Column("repeat_days", sa.Integer(), nullable=False),
        sa.Column("money", sa.Numeric(), nullable=False),
        sa.Column("repeat_money", sa.Numeric(), nullable=False),
        sa.Column("squares", sa.Numeric(), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("costed", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_states")),
        schema=SCHEMA,
    )
