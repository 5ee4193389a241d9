"""The statements that find, delete and strip records of a kind, built from its table."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from feed.write import by, entries
from services.interaction.base import FEED
from services.interaction.holds.models import held
from services.interaction.identities.models import Identity
from services.interaction.records.kinds import Kind
from services.interaction.records.models import EMPTIED, TIME
from services.interaction.retention import beside
from services.interaction.retention.reach import PARTS, WHOLES, has_channels
from services.interaction.sources.models import Retired, SourceKey
from shared.database import Transaction
from shared.masking import masked_diff
from shared.statements import Statement
from web.idempotency import KEPT

DISPOSING = "decides what goes, for everybody, and shows nobody anything"
QUIET = KEPT + timedelta(days=1)  # answers that are kept for Idempotency-Keys may hold it until then
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_TEXTS = ARRAY(Text)
_ONE = literal_column("1", Integer)


def _text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'", Text)


class Disposal:
    """What is done with records of one kind whose time is over.

    Parameters: `after` and `upto` bound the ids that are looked at, `before` is when the last of them
    happened, `quiet` when they were last written at the latest; `only` and `but` are channels.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.model: Any = kind.model
        self.table: Any = kind.model.__table__

    @cached_property
    def window(self) -> Statement:
        """Return the id at which a window of `rows` ids ends; nothing where there are no more."""
        ids = select(self.model.id).where(self.model.id > bindparam("after", type_=Uuid))
        some = ids.order_by(self.model.id).limit(bindparam("rows", type_=Integer)).subquery()
        return Statement(select(some.c.id).order_by(some.c.id.desc()).limit(_ONE), unguarded=DISPOSING)

    @cached_property
    def full(self) -> Mapping[str, Statement]:
        """Select, by action, what is due in a window: `id`, `occurred_at` and `held`."""
        return {"delete": self._due(self._alone()), "strip": self._due(or_(*self._something()))}

    @cached_property
    def due(self) -> Mapping[str, Statement]:
        """The same, and lock it; what somebody is writing just now is left out."""
        locked = {"skip_locked": True, "of": self.table}
        return {
            "delete": self._due(self._alone(), **locked),
            "strip": self._due(or_(*self._something()), **locked),
        }

    def parts(self, column: str) -> Statement:
        """Select and lock what belongs to `ids`: `id`, `whole`, and whether it `stays`."""
        young = or_(self.model.occurred_at >= _BEFORE, self.model.updated_at >= _WRITTEN)
        whole = self.model.__table__.c[column]
        found = select(self.model.id, whole.label("whole"), or_(young, self._held()).label("stays"))
        mine = found.where(whole == any_(_IDS)).order_by(self.model.id)
        return Statement(mine.with_for_update(of=self.table), unguarded=DISPOSING)

    @cached_property
    def delete(self) -> Statement:
        """Delete `ids` with their history, let nobody use their source keys again, and tell the feed."""
        t = self.table
        gone = delete(t).where(t.c.id == any_(_IDS)).returning(*t.c).cte("gone")
        past = delete(FEED.history).where(FEED.history.c.subject == any_(_IDS)).cte("past")
        whose = gone.c.customer_id if self.kind.of_customer else null()
        was = {"deleted_at": _became(bindparam("feed_at", type_=TIME)), "customer_id": _was(whose)}
        told = entries(FEED, self._told(gone, _json(**was)), f"{self.kind.name}.deleted")
        done = select(func.count()).select_from(gone)
        keys = self._retire(gone, Retired.DELETED, customer_id=null())
        return Statement(done.add_cte(past, keys, *told), unguarded=DISPOSING)

    @cached_property
    def strip(self) -> Statement:
        """Empty what is personal in `ids`, in their history too, and tell the feed."""
        t, kept = self.table, FEED.history
        emptied = {name: _empty(t.c[name]) for name in self.kind.dropped}
        made = (
            update(t)
            .where(t.c.id == any_(_IDS))
            .values(**emptied, version=t.c.version + _ONE, updated_at=bindparam("feed_at", type_=TIME))
            .returning(*t.c)
            .cte("made")
        )
        blank = masked_diff(kept.c.diff, self.kind.dropped).masked
        past = update(kept).where(kept.c.subject == any_(_IDS)).values(diff=blank).cte("past")
        changed = {name: _json(**{"from": null(), "to": null()}) for name in sorted(self.kind.dropped)}
        told = entries(FEED, self._told(made, _json(**changed)), f"{self.kind.name}.updated")
        done = select(func.count()).select_from(made)
        return Statement(done.add_cte(past, self._retire(made, Retired.STRIPPED), *told), unguarded=DISPOSING)

    async def take(self, tx: Transaction, action: str, ids: Sequence[UUID]) -> None:
        """Do to some locked records what a rule says."""
        if ids:
            await beside.take(tx, self.kind.name, action, ids)
            await (self.delete if action == "delete" else self.strip).value(tx.connection, ids=ids, **by(tx))

    def _due(self, which: ColumnElement[bool], **locked: Any) -> Statement:  # noqa: ANN401 - options of a lock
        t = self.model
        within = (t.id > bindparam("after", type_=Uuid), t.id <= bindparam("upto", type_=Uuid))
        old = (t.occurred_at < _BEFORE, t.updated_at < _WRITTEN)
        found = select(t.id, t.occurred_at, self._held().label("held")).where(*within, *old, which)
        if has_channels(self.kind.name):
            only, but = (bindparam(name, type_=_TEXTS) for name in ("only", "but"))
            found = found.where(or_(only.is_(None), t.channel == any_(only)), ~(t.channel == any_(but)))
        found = found.order_by(t.id).limit(bindparam("rows", type_=Integer))
        return Statement(found.with_for_update(**locked) if locked else found, unguarded=DISPOSING)

    def _alone(self) -> ColumnElement[bool]:
        """Whether a record belongs to nothing: what does goes with that."""
        belongs = [self.table.c[name].is_not(None) for name in WHOLES[self.kind.name]]
        return ~or_(false(), *belongs)

    def _something(self) -> list[ColumnElement[bool]]:
        """Whether there is anything to strip."""
        columns = [self.table.c[name] for name in sorted(self.kind.dropped)]
        return [false(), *(column.is_distinct_from(_empty(column)) for column in columns)]

    def _held(self) -> ColumnElement[bool]:
        return held(self.model.customer_id) if self.kind.of_customer else false()

    def _told(self, made: CTE, diff: ColumnElement[Any]) -> CTE:
        """Return what the feed wants to know of what was done."""
        versions = made.c.version + _ONE if made.name == "gone" else made.c.version
        columns = (made.c.id.label("subject"), versions.label("version"), diff.label("diff"))
        if not self.kind.of_customer:
            nobody = (cast(null(), Text).label("owner"), cast(null(), Text).label("department"))
            return select(*columns, *nobody).cte("told")
        whose = Identity.original_id == made.c.customer_id
        return (
            select(*columns, Identity.owner, Identity.department).join_from(made, Identity, whose).cte("told")
        )

    def _retire(self, made: CTE, how: Retired, **more: Any) -> CTE:  # noqa: ANN401 - columns
        mine = (SourceKey.system == made.c.source_system, SourceKey.source_id == made.c.source_id)
        named = update(SourceKey).where(*mine, SourceKey.kind == _text(self.kind.name))
        return named.values(**more, retired=_text(how)).cte("keys")


_BEFORE, _WRITTEN = bindparam("before", type_=TIME), bindparam("quiet", type_=TIME)


@cache
def disposal(kind: Kind) -> Disposal:
    """Return the statements of a kind, compiled once."""
    return Disposal(kind)


@cache
def belonging(whole: str) -> tuple[tuple[Kind, Statement], ...]:
    """Return how what belongs to records of a kind is found."""
    return tuple((part.kind, disposal(part.kind).parts(part.column)) for part in PARTS[whole])


def _empty(column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    """Return what a column holds when nothing personal is in it."""
    if member := column.info.get(EMPTIED):
        item = func.jsonb_array_elements(column).table_valued("value", with_ordinality="n").render_derived()
        value = item.c.value.op("||")(literal_column(f"'{{\"{member}\": null}}'::jsonb", JSONB))
        items = select(func.jsonb_agg(aggregate_order_by(value, item.c.n))).scalar_subquery()
        return func.coalesce(items, literal_column("'[]'::jsonb", JSONB))
    if column.nullable:
        return cast(null(), column.type)
    return literal_column("'{}'::jsonb", JSONB) if isinstance(column.type, JSONB) else literal("", Text)


def _json(**members: Any) -> ColumnElement[Any]:  # noqa: ANN401 - columns
    pairs = [part for name, value in members.items() for part in (_text(name), value)]
    return func.jsonb_build_object(*pairs)


def _became(value: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    return _json(**{"from": null(), "to": value})


def _was(value: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    return _json(**{"from": value, "to": null()})
