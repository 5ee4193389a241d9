"""Keeping what was judged: row, feed entry and history in one statement, nothing for what did not change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from feed.write import by, entries
from services.scoring.base import FEED
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.lifecycle.models import Lifecycle
from services.scoring.lifecycle.thresholds import RULE_NUMBER, RULES, STATES, Ground
from services.scoring.lifecycle.trajectory import Changes, Outcome
from services.scoring.states.history import EPOCH
from shared.database import Transaction
from shared.statements import Runner, Statement, json_object

_PARTS = {"days": Date, "states": SmallInteger, "rules": SmallInteger, "values": Double, "bounds": Double}
_LAST = {"since": Date, "rule": SmallInteger, "value": Double, "bound": Double}
_ONE, _ZERO = literal_column("1", Integer), literal_column("0", Integer)


async def now(on: Runner) -> datetime:
    """Return the database's clock: what is read from here on is as new as this at least."""
    at: datetime = await _NOW.value(on)
    return at


async def look(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Say, before their facts are read, that these customers are judged: older judgements stand back."""
    await _LOOK.value(tx.connection, ids=ids)


async def keep(tx: Transaction, ids: Sequence[UUID], found: Outcome, looked_at: datetime) -> int:
    """Make the outcome that of these customers, but for those looked at later; count the changed."""
    changes = found.changes
    last = np.full(len(ids), -1)
    last[changes.row] = np.arange(len(changes.row))
    whose = [ids[row] for row in changes.row]
    return int(
        await _KEEP.value(
            tx.connection,
            **by(tx),
            customer_id=ids,
            state=found.state.tolist(),
            **_last(changes, last),
            whose=whose,
            **dict(zip(_PARTS, _columns(changes), strict=True)),
            looked=looked_at,
        )
    )


async def forget(tx: Transaction, ids: Sequence[UUID]) -> int:
    """Delete the lifecycles of customers that are no more; return how many there were."""
    return int(await _FORGET.value(tx.connection, **by(tx), ids=ids))


def _columns(changes: Changes) -> list[list[Any]]:
    days = [EPOCH + timedelta(int(day)) for day in changes.day]
    return [days, changes.state.tolist(), changes.rule.tolist(), *map(_known, (changes.value, changes.limit))]


def _known(numbers: Any) -> list[float | None]:  # noqa: ANN401 - an array
    return [None if number != number else number for number in numbers.tolist()]  # noqa: PLR0124 - NaN


def _last(changes: Changes, last: Any) -> dict[str, list[Any]]:  # noqa: ANN401 - an array
    """Return the last change of each customer; a prospect has none."""
    days, _, rules, values, limits = _columns(changes)
    nothing = (None, RULE_NUMBER[Ground.NO_ORDER], None, None)
    told = [nothing if at < 0 else (days[at], rules[at], values[at], limits[at]) for at in last.tolist()]
    columns = map(list, zip(*told, strict=True)) if told else ([] for _ in _LAST)
    return dict(zip(_LAST, columns, strict=True))


def word(number: Any, words: Sequence[str]) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    """Return the word of a number."""
    return case(
        *(
            (number == literal_column(str(at)), literal_column(f"'{each}'", Text))
            for at, each in enumerate(words)
        )
    )


def _given() -> Any:  # noqa: ANN401 - a select
    heads = {"customer_id": Uuid, "state": SmallInteger, **_LAST}
    head = func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in heads.items()))
    one = head.table_valued(*heads).render_derived(name="one")
    parts = {"whose": Uuid, **_PARTS}
    listed = func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in parts.items()))
    part = listed.table_valued(*parts, with_ordinality="n").render_derived(name="part")
    each = (
        select(
            part.c.whose,
            *(func.array_agg(aggregate_order_by(part.c[name], part.c.n)).label(name) for name in _PARTS),
        )
        .group_by(part.c.whose)
        .subquery("each")
    )
    return select(
        *one.c,
        *(
            func.coalesce(each.c[name], cast(literal_column("'{}'"), ARRAY(kind))).label(name)
            for name, kind in _PARTS.items()
        ),
        bindparam("looked", type_=DateTime(timezone=True)).label("looked_at"),
        _ONE.label("version"),
        false().label("deleted"),
    ).join_from(one, each, each.c.whose == one.c.customer_id, isouter=True)


def _keeping() -> Statement:
    ids = bindparam("customer_id", type_=ARRAY(Uuid))
    given = _given().subquery("given")
    before = select(Lifecycle.__table__).where(Lifecycle.customer_id == any_(ids)).cte("before")
    columns = ["customer_id", "state", *_LAST, *_PARTS, "looked_at", "version", "deleted"]
    new = insert(Lifecycle).from_select(
        columns, select(*(given.c[name] for name in columns)).order_by(given.c.customer_id)
    )
    compared = ("state", "since", "rule", "days", "states", "rules")
    differs = (getattr(Lifecycle, name).is_distinct_from(new.excluded[name]) for name in compared)
    values = {name: new.excluded[name] for name in columns if name not in {"customer_id", "version"}}
    written = (
        new.on_conflict_do_update(
            index_elements=[Lifecycle.customer_id],
            set_={**values, "version": Lifecycle.version + _ONE},
            where=and_(or_(Lifecycle.deleted, *differs), Lifecycle.looked_at <= new.excluded.looked_at),
        )
        .returning(*Lifecycle.__table__.c)
        .cte("written")
    )
    return _told(before, written)


def _forgetting() -> Statement:
    gone = Lifecycle.customer_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    before = select(Lifecycle.__table__).where(gone, ~Lifecycle.deleted).cte("before")
    written = (
        update(Lifecycle)
        .where(Lifecycle.customer_id == before.c.customer_id)
        .values(deleted=true(), version=Lifecycle.version + _ONE)
        .returning(*Lifecycle.__table__.c)
        .cte("written")
    )
    return _told(before, written)


def _told(before: CTE, written: CTE) -> Statement:
    kind = case(
        (written.c.deleted, literal_column("'lifecycle.deleted'", Text)),
        (or_(before.c.customer_id.is_(None), before.c.deleted), literal_column("'lifecycle.created'", Text)),
        else_=literal_column("'lifecycle.updated'", Text),
    )
    changed = (
        select(
            written.c.id.label("subject"),
            written.c.version,
            _diff(before, written).label("diff"),
            Identity.owner,
            Identity.department,
            kind.label("type"),
        )
        .select_from(written)
        .outerjoin(before, before.c.customer_id == written.c.customer_id)
        .outerjoin(Identity, Identity.original_id == written.c.customer_id)
        .cte("changed")
    )
    count = select(func.count()).select_from(changed)
    return Statement(count.add_cte(*entries(FEED, changed, changed.c.type)), unguarded=COMPUTED)


def _diff(before: CTE, written: CTE) -> ColumnElement[Any]:
    """Write `{field: {"from", "to"}}` of state, since, rule, and of the number of changes."""

    def shown(of: CTE) -> dict[str, ColumnElement[Any]]:
        return {
            "state": word(of.c.state, STATES),
            "since": of.c.since,
            "rule": word(of.c.rule, RULES),
            "changes": func.cardinality(of.c.days),
        }

    was, now_ = shown(before), shown(written)
    nothing = cast(literal_column("'{}'"), JSONB)
    whole: ColumnElement[Any] = nothing
    for name, old in was.items():
        pair = json_object(**{name: json_object(**{"from": old, "to": now_[name]})})
        differs = old.is_distinct_from(now_[name])
        whole = whole.op("||")(case((differs, cast(pair, JSONB)), else_=nothing))
    return cast(whole, JSONB)


_NOW = Statement(select(func.clock_timestamp()))
_LOOK = Statement(
    update(Lifecycle)
    .where(Lifecycle.customer_id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .values(looked_at=func.clock_timestamp()),
    unguarded=COMPUTED,
)
_KEEP, _FORGET = _keeping(), _forgetting()
