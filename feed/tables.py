"""The tables of a service's feed and history, and of what it follows elsewhere."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import NAMING

LARGEST = 1000  # entries under one header
WORD = sa.Text(collation="C")
WORDS = sa.ARRAY(sa.Text(collation="C"))
TIME = sa.DateTime(timezone=True)
_ARRAYS = ("fields", "changed", "subjects", "versions", "owners", "departments")


class Feed:
    """One service's feed; declares its tables on the service's metadata, in the metadata's schema.

    `source` is the CloudEvents source of its changes, such as "/things".
    """

    def __init__(self, metadata: sa.MetaData, source: str) -> None:
        if metadata.schema is None:
            raise ValueError("a feed lives in its service's schema")
        self.source, self.schema = source, metadata.schema
        self.channel = f"{metadata.schema}_feed"  # what the sequencer notifies
        self.feed, self.history = _feed(metadata), _history(metadata)
        self.head = _single(metadata, "feed_head", *_place())
        self.floor = _single(metadata, "feed_floor")
        self.cursors, self.parked = _cursors(metadata), _parked(metadata)


def feed_ddl(op: Any, schema: str) -> None:  # noqa: ANN401 - alembic's operations are untyped
    """Create the six tables with their storage and first rows: all that a migration says about the feed.

    Migrations are history: when the tables change, what this made stays under another name.
    """
    _alone(schema).create_all(op.get_bind())


def drop_feed_ddl(op: Any, schema: str) -> None:  # noqa: ANN401 - as above
    """Undo `feed_ddl`."""
    _alone(schema).drop_all(op.get_bind())


def _alone(schema: str) -> sa.MetaData:
    metadata = sa.MetaData(schema=schema, naming_convention=NAMING)
    Feed(metadata, "/")
    return metadata


def _feed(metadata: sa.MetaData) -> sa.Table:
    table = sa.Table(
        "feed",
        metadata,
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True, cache=1), primary_key=True),
        sa.Column("through", sa.BigInteger, comment="position of the last entry, stamped by the sequencer"),
        sa.Column("n", sa.SmallInteger, nullable=False),
        sa.Column("type", WORD, nullable=False),
        sa.Column("origin", WORD, comment="the system that caused the change"),
        sa.Column("transaction", sa.Uuid),
        sa.Column("at", TIME, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("fields", WORDS, nullable=False, comment="changed in every entry; empty if they differ"),
        sa.Column("changed", WORDS, comment="per entry, joined by commas; null if the same in all"),
        sa.Column("subjects", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("versions", sa.ARRAY(sa.Integer), nullable=False),
        sa.Column("owners", WORDS, comment="before the change; null if nobody owned any"),
        sa.Column("departments", WORDS, comment="before the change; null if none had one"),
        sa.CheckConstraint(f"n between 1 and {LARGEST}", name="size"),
        *(sa.CheckConstraint(f"cardinality({name}) = n", name=name) for name in _ARRAYS[1:]),  # true for null
        sa.Index("feed_through", "through", unique=True),
    )
    sa.Index("feed_pending", table.c.seq, postgresql_where=table.c.through.is_(None))
    stored = ", ".join(f"alter {name} set storage external" for name in _ARRAYS)
    # Each header is stamped once, so each leaves one dead entry in feed_pending: the probe walks over them.
    vacuumed = (
        "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, vacuum_index_cleanup = on"
    )
    _after(table, f"alter table %(fullname)s {stored}, set ({vacuumed})")
    return table


def _history(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "history",
        metadata,
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("transaction", sa.Uuid, nullable=False),
        sa.Column("diff", JSONB, nullable=False, comment="field -> {from, to}"),
    )


def _single(metadata: sa.MetaData, name: str, *columns: sa.Column[Any]) -> sa.Table:
    key = sa.Column("k", sa.SmallInteger, primary_key=True, autoincrement=False, server_default=sa.text("1"))
    position = sa.Column("position", sa.BigInteger, nullable=False, server_default=sa.text("0"))
    table = sa.Table(name, metadata, key, position, *columns, sa.CheckConstraint("k = 1", name="single"))
    _after(table, "insert into %(fullname)s default values")
    return table


def _place() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("epoch", sa.Uuid, nullable=False, server_default=sa.func.gen_random_uuid()),
        sa.Column("place", sa.Text, nullable=False, server_default="", comment="fingerprint of the database"),
    )


def _cursors(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "feed_cursors",
        metadata,
        sa.Column("source", WORD, primary_key=True, comment="the service that is followed"),
        sa.Column(
            "generation", sa.Integer, nullable=False, server_default=sa.text("1"), comment="bootstraps begun"
        ),
        sa.Column("cursor", sa.Text, comment="where the tail goes on, or will begin after the bootstrap"),
        sa.Column("page", sa.Text, comment="where the bootstrap goes on"),
        sa.Column("tailing", sa.Boolean, nullable=False, server_default=sa.false(), comment="bootstrapped"),
        sa.Column("step", sa.BigInteger, nullable=False, server_default=sa.text("0"), comment="saves so far"),
        sa.Column("updated_at", TIME, nullable=False, server_default=sa.func.clock_timestamp()),
    )


def _parked(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "feed_parked",
        metadata,
        sa.Column("source", WORD, primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("error", sa.Text, nullable=False, comment="class and place of the error, never its text"),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column(
            "at", TIME, nullable=False, server_default=sa.func.clock_timestamp(), comment="first parked"
        ),
        sa.Column("due", TIME, nullable=False, comment="when it is tried again"),
    )


def _after(table: sa.Table, sql: str) -> None:
    sa.event.listen(table, "after_create", sa.DDL(sql))  # type: ignore[no-untyped-call]  # SQLAlchemy's own gap
