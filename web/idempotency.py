"""The records of Idempotency-Keys: one per caller, route and key, kept for a week."""

from datetime import timedelta
from functools import cache

from sqlalchemy import (
    ARRAY,
    CTE,
    Column,
    DateTime,
    FromClause,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import array, insert

from shared.clock import utc_now
from shared.database import Database
from shared.errors import Conflict, Forbidden, Invalid
from shared.settings import Settings
from shared.statements import Statement

HEADER, LONGEST = "Idempotency-Key", 255
KEPT = timedelta(days=7)
CHUNK = 10_000  # keys forgotten in one statement
_KEY = ("caller", "route", "key")
_CLAIMED = (*_KEY, "fingerprint", "at")
_ANSWERED = ("status", "version", "location", "body", "subjects")


class InProgress(Conflict):
    """The same key is in use by a request that has not ended."""

    code = "idempotency_key_in_progress"
    title = "A request with this Idempotency-Key is still running"


class KeyReused(Invalid):
    """The key came before with another body."""

    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used with another body"


class RightsChanged(Forbidden):
    """The key's answer was kept for other rights than the caller has now."""

    code = "rights_changed"
    title = "The answer to this Idempotency-Key was for other rights than yours now"


def idempotency_table(metadata: MetaData) -> Table:
    """Declare the table in a service's schema."""
    return Table(
        "idempotency",
        metadata,
        Column("caller", Text(collation="C"), primary_key=True),
        Column("route", Text(collation="C"), primary_key=True),
        Column("key", Text(collation="C"), primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),  # SHA-256 of the raw body, then of the rights
        Column("at", DateTime(timezone=True), nullable=False, index=True),
        Column("status", SmallInteger, comment="null only inside the transaction that claims the key"),
        Column("version", Integer),
        Column("location", Text),
        Column("body", LargeBinary),
        Column("subjects", ARRAY(Uuid), comment="the records that the body names, for an erasure"),
    )


def keep(keys: Table, made: FromClause) -> CTE:
    """Keep the answer of the statement that makes it; a key that was used before undoes the whole statement.

    `made` has the one new record or none: id, version, and `data`, its JSON. Parameters: those of `claim` and
    the location, each behind "key_".
    """
    given = {name: bindparam(f"key_{name}", type_=keys.c[name].type) for name in (*_CLAIMED, "location")}
    said = {
        **given,
        "status": literal_column("201"),
        "version": made.c.version,
        "body": func.convert_to(cast(made.c.data, Text), literal_column("'UTF8'")),
        "subjects": array([made.c.id]),
    }
    row = select(*said.values()).where(select(_bound()).exists()).select_from(made)
    return insert(keys).from_select(list(said), row).returning(keys.c.key).cte("kept")


def _bound() -> CTE:
    """Bound the wait for another request with the same key: to be read before the insert can wait."""
    return select(func.set_config("lock_timeout", "2s", literal_column("true"))).cte("bound")


class Keys:
    """The statements on a schema's table."""

    def __init__(self, schema: str) -> None:
        keys = idempotency_table(MetaData(schema=schema))
        fresh = select(*(bindparam(name, type_=keys.c[name].type).label(name) for name in _CLAIMED))
        self.claim = Statement(
            insert(keys)
            .from_select(_CLAIMED, fresh.where(select(_bound()).exists()))
            .on_conflict_do_nothing()
            .returning(keys.c.key)
        )
        mine = [keys.c[name] == bindparam(f"my_{name}", type_=Text) for name in _KEY]
        self.earlier = Statement(select(keys).where(*mine))
        answered = {name: bindparam(name, type_=keys.c[name].type) for name in _ANSWERED}
        self.keep = Statement(update(keys).where(*mine).values(answered))
        old = select(*(keys.c[name] for name in _KEY)).where(keys.c.at < bindparam("before"))
        chunk = tuple_(*(keys.c[name] for name in _KEY)).in_(old.limit(bindparam("limit", type_=Integer)))
        self.forget = Statement(delete(keys).where(chunk).returning(keys.c.at))


@cache
def keys_of(schema: str) -> Keys:
    """Return the statements of a schema, compiled once."""
    return Keys(schema)


async def forget(settings: Settings, database: Database) -> None:
    """Delete the keys that are older than a week."""
    statement = keys_of(settings.service).forget
    while await statement.all(database.pool, before=utc_now() - KEPT, limit=CHUNK):
        pass
