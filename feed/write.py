"""Telling the feed: headers and history, written by the statement that ends a change."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from feed.tables import LARGEST, Feed
from shared.database import Transaction
from shared.statements import Statement

Value = sa.ColumnElement[Any]
_COMMA: Value = sa.literal_column("','")
_SOURCE = "feed_source"
_BY = {
    "at": "feed_at",
    "who": "feed_who",
    "source": _SOURCE,
    "origin": _SOURCE,
    "transaction": "feed_transaction",
}
_GIVEN = ("n", "type", "fields", "changed", "subjects", "versions", "owners", "departments")
_MADE = ("origin", "transaction", "at")
_HISTORY = ("subject", "version", "at", "who", "source", "transaction", "diff")


@dataclass(frozen=True, slots=True)
class Change:
    """One changed record: `diff` is field -> {"from", "to"}; owner and department as *before* the change."""

    subject: UUID
    version: int
    diff: Mapping[str, Any]
    owner: str | None = None
    department: str | None = None


async def tell(tx: Transaction, feed: Feed, type: str, changes: Sequence[Change]) -> None:  # noqa: A002 - CloudEvents' word
    """Write a header and a history row per change: the last step of a transaction, after every row lock.

    A record that changed twice goes under two headers, in the order given. Nothing is written for nothing.
    """
    statement = _telling(feed)
    for part in _parts(changes):
        names = [",".join(sorted(change.diff)) for change in part]
        same = all(name == names[0] for name in names)
        await statement.value(
            tx.connection,
            **by(tx),
            n=len(part),
            type=type,
            fields=sorted(part[0].diff) if same else [],
            changed=None if same else names,
            subjects=[change.subject for change in part],
            versions=[change.version for change in part],
            owners=_unless_empty([change.owner for change in part]),
            departments=_unless_empty([change.department for change in part]),
            diffs=[orjson.dumps(change.diff, default=str).decode() for change in part],
        )


def by(tx: Transaction) -> dict[str, object]:
    """Return the parameters that a statement with `entries` needs besides its own."""
    who = tx.principal
    return {"feed_at": tx.at, "feed_who": who.id, _SOURCE: who.source, "feed_transaction": tx.id}


def entries(feed: Feed, changed: sa.FromClause, type: str | Value) -> tuple[sa.CTE, sa.CTE]:  # noqa: A002 - as above
    """Return what `tell` writes as CTEs for the changing statement itself: `.add_cte(*entries(...))`.

    `changed` is the RETURNING of the change, read whole before a header gets its `seq`: subject (once),
    version, diff (jsonb), owner and department (both before the change). `type` may be one of its columns:
    then there is a header per type. Where it has `names` (of the fields in diff, sorted, joined by commas),
    they are not read from the diff.
    """
    kind = sa.literal(type, sa.Text) if isinstance(type, str) else type
    key = sa.func.jsonb_object_keys(sa.type_coerce(changed.c.diff, JSONB)).table_valued("name").c.name
    joined = sa.func.string_agg(key, aggregate_order_by(_COMMA, sa.collate(key, "C")))
    read = sa.func.coalesce(sa.select(joined).scalar_subquery(), sa.literal_column("''"))
    given = [column for column in changed.c if column.key != "names"]
    number: Value = sa.func.row_number(type_=sa.BigInteger).over(
        partition_by=kind, order_by=changed.c.subject
    )
    part = (number - sa.literal_column("1", sa.BigInteger)) // sa.literal_column(str(LARGEST), sa.BigInteger)
    names = changed.c.get("names", read)
    rows = sa.select(*given, kind.label("kind"), names.label("names"), part.label("part")).subquery()
    return _headers(feed.feed, rows).cte(), _kept(feed.history, changed, changed.c.diff).cte()


def entry(feed: Feed, made: sa.FromClause, type: str) -> tuple[sa.CTE, sa.CTE]:  # noqa: A002 - as above
    """Return what `entries` does for one new record or none: nothing to part, to sort or to name.

    `made` is the RETURNING of the insert: subject, version, owner and department.
    """
    row, table = made.c, feed.feed
    told: dict[str, Value] = {
        "n": sa.literal_column("1"),
        "type": sa.literal(type, sa.Text),
        "fields": sa.literal_column("'{}'::text[]"),
        "subjects": sa.func.array_agg(row.subject),
        "versions": sa.func.array_agg(row.version),
        "owners": sa.case((sa.func.count(row.owner) > sa.literal_column("0"), sa.func.array_agg(row.owner))),
        "departments": sa.case(
            (sa.func.count(row.department) > sa.literal_column("0"), sa.func.array_agg(row.department))
        ),
        **{name: _by(table.c[name]) for name in _MADE},
    }
    some = sa.func.count() > sa.literal_column("0")
    header = sa.insert(table).from_select(
        list(told), sa.select(*told.values()).select_from(made).having(some)
    )
    nothing = sa.cast(sa.literal_column("'{}'"), JSONB)
    return header.cte(), _kept(feed.history, made, nothing).cte()


def _headers(feed: sa.Table, rows: sa.FromClause) -> sa.Insert:
    row = rows.c
    same = sa.func.min(row.names) == sa.func.max(row.names)

    def every(value: Value) -> Value:
        return sa.func.array_agg(aggregate_order_by(value, row.subject))

    def unless_empty(value: Value) -> Value:
        return sa.case((sa.func.count(value) > sa.literal_column("0"), every(value)))

    fields = sa.func.string_to_array(sa.func.min(row.names), _COMMA)
    told = sa.select(
        sa.func.count(),
        row.kind,
        sa.case((same, fields), else_=sa.literal_column("'{}'::text[]")),
        sa.case((~same, every(row.names))),
        every(row.subject),
        every(row.version),
        unless_empty(row.owner),
        unless_empty(row.department),
        *(_by(feed.c[name]) for name in _MADE),
    )
    return sa.insert(feed).from_select([*_GIVEN, *_MADE], told.group_by(row.kind, row.part))


@cache
def _telling(feed: Feed) -> Statement:
    columns = (sa.column("subject", sa.Uuid), sa.column("version", sa.Integer), sa.column("diff", sa.Text))
    given = [sa.bindparam(name, type_=feed.feed.c[name].type) for name in _GIVEN]
    arrays = (given[4], given[5], sa.bindparam("diffs", type_=sa.ARRAY(sa.Text)))
    rows = sa.func.unnest(*arrays).table_valued(*columns).render_derived()
    made = (_by(feed.feed.c[name]) for name in _MADE)
    header = sa.insert(feed.feed).from_select([*_GIVEN, *_MADE], sa.select(*given, *made))
    return Statement(header.add_cte(_kept(feed.history, rows, sa.cast(rows.c.diff, JSONB)).cte()))


def _kept(history: sa.Table, rows: sa.FromClause, diff: Value) -> sa.Insert:
    values = (rows.c.subject, rows.c.version, *(_by(history.c[name]) for name in _HISTORY[2:-1]), diff)
    return sa.insert(history).from_select(_HISTORY, sa.select(*values))


def _by(column: sa.Column[Any]) -> Value:
    return sa.bindparam(_BY[column.name], type_=column.type)


def _parts(changes: Sequence[Change]) -> Iterator[list[Change]]:
    turns = defaultdict[int, list[Change]](list)
    seen = defaultdict[UUID, int](int)
    for change in changes:
        turns[seen[change.subject]].append(change)
        seen[change.subject] += 1
    for turn in turns.values():
        turn.sort(key=lambda change: change.subject.int)
        for start in range(0, len(turn), LARGEST):
            yield turn[start : start + LARGEST]


def _unless_empty(values: list[str | None]) -> list[str | None] | None:
    return values if any(value is not None for value in values) else None
