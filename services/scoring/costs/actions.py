"""Keeping the costs that interaction tells of, and knowing whose shares are to be fetched."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Integer,
    Numeric,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.costs.models import Allocation, Cost, Share
from services.scoring.costs.reading import Told, Weighed
from services.scoring.facts.actions import mark_values
from shared.database import Transaction
from shared.statements import Statement


async def replace(tx: Transaction, told: Iterable[Told]) -> None:
    """Store costs that are newer than those held; the customers who had and have them are counted again."""
    told = list(told)
    before = await _WHOSE.all(tx.connection, ids=[each.id for each in told]) if told else []
    await _store(tx, _REPLACE, _TYPES, told)
    after = (each.customer_id for each in told if each.customer_id is not None)
    await mark_values(tx, [*(row[0] for row in before), *after])


async def want(tx: Transaction, weighed: Iterable[Weighed]) -> None:
    """Let the worker fetch the shares of costs that were weighed since."""
    await _store(tx, _WANT, _WEIGHED, weighed)


async def sweep(tx: Transaction, generation: int) -> None:
    """Forget costs and shares that only earlier generations told of."""
    for statement in (_SWEEP_SHARES, _SWEEP_ALLOCATIONS):
        await statement.value(tx.connection, generation=generation)
    rows = await _SWEEP.all(tx.connection, generation=generation)
    await mark_values(tx, [row[0] for row in rows if row[0] is not None])


async def _store(
    tx: Transaction, statement: Statement, types: Mapping[str, Any], told: Iterable[Told | Weighed]
) -> None:
    order: Sequence[Any] = sorted(told, key=lambda each: each.id)
    if order:
        columns = {name: [getattr(each, name) for each in order] for name in types}
        await statement.value(tx.connection, **columns)


def _newer(model: Any, types: Mapping[str, Any], **more: Any) -> Statement:  # noqa: ANN401 - a model, and values
    """Return the statement that writes rows of parallel arrays where they are newer."""
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in types.items())
    rows = func.unnest(*arrays).table_valued(*types).render_derived()
    given = insert(model).from_select(list(types), select(rows))
    held = tuple_(model.generation, model.version)
    return Statement(
        given.on_conflict_do_update(
            index_elements=[model.id],
            set_={**{name: given.excluded[name] for name in types if name != "id"}, **more},
            where=held < tuple_(given.excluded.generation, given.excluded.version),
        )
    )


_AT: Mapping[str, Any] = {"generation": Integer, "version": Integer}
_TYPES: Mapping[str, Any] = {
    "id": Uuid,
    "customer_id": Uuid,
    "kind": Text,
    "amount": Numeric,
    "currency": Text,
    "first_day": Date,
    "last_day": Date,
    "campaign": Text,
    "basis": Text,
    "deleted": Boolean,
    **_AT,
}
_WEIGHED: Mapping[str, Any] = {"id": Uuid, "cost_id": Uuid, **_AT}
_REPLACE = _newer(Cost, _TYPES)
_WANT = _newer(Allocation, _WEIGHED, fetched=literal_column("false", Boolean))
_before = bindparam("generation", type_=Integer)
_swept = select(Allocation.held).where(Allocation.generation < _before, Allocation.held.is_not(None))
_SWEEP_SHARES = Statement(delete(Share).where(Share.held.in_(_swept)))
_SWEEP_ALLOCATIONS = Statement(delete(Allocation).where(Allocation.generation < _before))
_SWEEP = Statement(delete(Cost).where(Cost.generation < _before).returning(Cost.customer_id))
_WHOSE = Statement(
    select(Cost.customer_id).where(
        Cost.id == any_(bindparam("ids", type_=ARRAY(Uuid))), Cost.customer_id.is_not(None)
    )
)
