"""Reading what describes customers, as codes: which of the named levels of each dimension they have."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)

from services.scoring.copying import copied
from services.scoring.identities.models import COMPUTED, Identity
from shared.statements import Runner, Statement

FEW = 1_000  # customers who are looked up by their ids
Names = Mapping[str, Sequence[str | None]]
Codes = Mapping[str, NDArray[np.int64]]


class CustomerDimension(StrEnum):
    """What customer tells of each customer, by which parameters may differ; as it is today."""

    CUSTOMER_CLASS = "customer_class"
    REGION = "region"
    ACQUISITION_SOURCE = "acquisition_source"
    DEPARTMENT = "department"


async def names(on: Runner, dimensions: Sequence[str], most: int) -> dict[str, list[str | None]]:
    """Return the levels of dimensions, those with most customers first, at most so many of each."""
    return {one: [row[0] for row in await _NAMES[one].all(on, most=most)] for one in dimensions}


async def codes(on: Runner, ids: NDArray[np.void], wanted: Names) -> dict[str, Any]:
    """Return for each dimension 1 + the place of each customer's level among its names, 0 for another.

    `ids` are current ids, ascending.
    """
    given = {one.value: list(wanted.get(one.value, ())) for one in CustomerDimension}
    if len(ids) <= FEW:
        some = [UUID(bytes=id_.tobytes()) for id_ in ids]
        packed = _packed(await _SOME.all(on, ids=some, **given))
    else:
        packed = await copied(on, _ALL, given, _DTYPE)
    # numpy compares no raw bytes, but strings of bytes of one length in their order
    told, asked = (np.ascontiguousarray(each).view("S16") for each in (packed["customer_id"], ids))
    row = np.searchsorted(told, asked)
    if not np.array_equal(told[np.minimum(row, len(told) - 1)] if len(told) else told, asked):
        raise LookupError("not every customer is there")
    return {name: packed[name][row].astype(np.int64) for name in wanted}


def _packed(rows: Sequence[Any]) -> NDArray[np.void]:
    found = np.empty(len(rows), _DTYPE)
    for at, row in enumerate(rows):
        found[at] = (row[0].bytes, *tuple(row)[1:])
    return found


_DTYPE = np.dtype([("customer_id", "V16"), *((one.value, "i4") for one in CustomerDimension)])


def _code(one: CustomerDimension) -> ColumnElement[int]:
    place = func.array_position(bindparam(one.value, type_=ARRAY(Text)), getattr(Identity, one.value))
    return func.coalesce(place, literal_column("0", Integer)).label(one.value)


_there = (Identity.current_id == Identity.original_id, ~Identity.deleted, ~Identity.provisional)
_told = select(Identity.original_id, *map(_code, CustomerDimension)).where(*_there)
_ALL = Statement(_told.order_by(Identity.original_id), unguarded=COMPUTED)
_SOME = Statement(
    _told.where(Identity.original_id == any_(bindparam("ids", type_=ARRAY(Uuid)))).order_by(
        Identity.original_id
    ),
    unguarded=COMPUTED,
)
_NAMES = {
    one.value: Statement(
        select(getattr(Identity, one.value))
        .where(*_there)
        .group_by(getattr(Identity, one.value))
        .order_by(func.count().desc(), getattr(Identity, one.value))
        .limit(bindparam("most", type_=Integer)),
        unguarded=COMPUTED,
    )
    for one in CustomerDimension
}
