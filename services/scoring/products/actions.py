"""Following interaction's products."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.products.models import Product
from services.scoring.products.reading import Told
from shared.database import Transaction
from shared.statements import Statement


async def replace(tx: Transaction, told: Iterable[Told]) -> None:
    """Store products that are newer than those held; one that is gone keeps what it was."""
    order = sorted(told, key=lambda each: each.id)
    there, gone = [each for each in order if not each.deleted], [each for each in order if each.deleted]
    if there:
        columns = {name: [getattr(each, name) for each in there] for name in _TYPES}
        await _REPLACE.value(tx.connection, **columns)
    if gone:
        names = ("id", "generation", "version")
        await _DELETE.value(tx.connection, **{name: [getattr(each, name) for each in gone] for name in names})


async def sweep(tx: Transaction, generation: int) -> None:
    """Delete the products that only earlier generations told of."""
    await _SWEEP.value(tx.connection, generation=generation)


async def stale(tx: Transaction) -> list[UUID]:
    """Return, and forget, the products whose category has changed."""
    ids = [UUID(int=row[0].int) for row in await _STALE.all(tx.connection)]
    if ids:
        await _FRESH.value(tx.connection, ids=ids)
    return ids


_TYPES: Mapping[str, Any] = {
    "id": Uuid,
    "generation": Integer,
    "version": Integer,
    "name": Text,
    "category": Text,
    "family": Text,
    "replaced_by_id": Uuid,
    "deleted": Boolean,
}
_TRUE = literal_column("true", Boolean)


def _rows(*names: str) -> Any:  # noqa: ANN401 - a table of these columns
    arrays = (bindparam(name, type_=ARRAY(_TYPES[name])) for name in names)
    return func.unnest(*arrays).table_valued(*names).render_derived()


_told = _rows(*(field.name for field in fields(Told)))
_given = insert(Product).from_select([*_TYPES, "stale"], select(_told, _TRUE))
_moved = or_(Product.stale, Product.category.is_distinct_from(_given.excluded.category))
_REPLACE = Statement(
    _given.on_conflict_do_update(
        index_elements=[Product.id],
        set_={
            **{name: _given.excluded[name] for name in _TYPES if name != "id"},
            "stale": case((_moved, _TRUE), else_=literal_column("false", Boolean)),
        },
        where=tuple_(Product.generation, Product.version)
        < tuple_(_given.excluded.generation, _given.excluded.version),
    )
)
_gone = _rows("id", "generation", "version")
_DELETE = Statement(
    update(Product)
    .where(
        Product.id == _gone.c.id,
        tuple_(Product.generation, Product.version) < tuple_(_gone.c.generation, _gone.c.version),
    )
    .values(deleted=_TRUE, generation=_gone.c.generation, version=_gone.c.version)
)
_SWEEP = Statement(
    update(Product)
    .where(Product.generation < bindparam("generation", type_=Integer), ~Product.deleted)
    .values(deleted=_TRUE)
)
STALE = select(Product.id).where(Product.stale)
_STALE = Statement(STALE.with_for_update())
_FRESH = Statement(
    update(Product)
    .where(Product.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .values(stale=literal_column("false", Boolean))
)
