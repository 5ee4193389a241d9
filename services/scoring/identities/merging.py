"""Whom ids mean through merges: a customer's feed tells which ids it took in; all else follows from that."""

from collections.abc import Iterable, Sequence
from itertools import chain
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Uuid, any_, bindparam, column, func, literal_column, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.scoring.identities.models import Identity
from shared.database import Transaction
from shared.statements import Runner, Statement

FOLLOWING = "follows every customer"


async def follow(tx: Transaction, told: Sequence[tuple[UUID, Sequence[UUID]]]) -> set[UUID]:
    """Let ids mean the customers that took them in; return whose facts are others now.

    `told` are customers, and strangers, that are there, each with the ids that it took in.
    """
    on, there = tx.connection, [id_ for id_, _ in told]
    pairs = [(id_, whole) for whole, merged in told for id_ in merged]
    given = {"folded": [id_ for id_, _ in pairs], "into": [whole for _, whole in pairs]}
    moved = set[UUID]()
    if pairs:
        await _MEET.value(on, **given)
        moved |= _both(await _FOLD.all(on, **given))
    parted = await _PART.all(on, ids=there, folded=given["folded"])
    moved |= _both(parted)
    ids = {*there, *given["folded"], *(UUID(int=row["now"].int) for row in parted)}
    return moved | _both(await _FOLLOW.all(on, ids=sorted(ids)))


async def taken_in(on: Runner, ids: Iterable[UUID]) -> set[UUID]:
    """Return the ids of records that these customers took in, as far as is known, and those customers."""
    return _both(await _TAKEN_IN.all(on, ids=list(ids)))


def _both(rows: Iterable[Record]) -> set[UUID]:
    return {UUID(int=id_.int) for id_ in chain.from_iterable((row["was"], row["now"]) for row in rows)}


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_FOLDED = bindparam("folded", type_=ARRAY(Uuid))
_pair = (
    func.unnest(_FOLDED, bindparam("into", type_=ARRAY(Uuid)))
    .table_valued(column("id", Uuid), column("into", Uuid))
    .render_derived(name="pair")
)
_held = aliased(Identity, name="held")  # a row as it was before its update
_whole = aliased(Identity, name="whole")
_mine = Identity.original_id == _held.original_id
_changed = (_held.current_id.label("was"), Identity.current_id.label("now"))
# Ids of merged records that were never told here.
_MEET = Statement(
    insert(Identity)
    .from_select(
        ["original_id", "current_id", "generation", "version"],
        select(_pair.c.id, _pair.c.into, literal_column("0"), literal_column("0")),
    )
    .on_conflict_do_nothing()
)
_FOLD = Statement(
    update(Identity)
    .where(
        _mine,
        Identity.original_id == _pair.c.id,
        or_(Identity.current_id != _pair.c.into, Identity.deleted),
    )
    .values(current_id=_pair.c.into, deleted=literal_column("false"))
    .returning(*_changed),
    unguarded=FOLLOWING,
)
# Records that a customer no longer has are of their own again, and absent until they are told.
_PART = Statement(
    update(Identity)
    .where(
        _mine,
        Identity.current_id == any_(_IDS),
        Identity.current_id != Identity.original_id,
        Identity.customer_id.is_(None),
        Identity.original_id != func.all(_FOLDED),
    )
    .values(current_id=Identity.original_id, deleted=true())
    .returning(*_changed),
    unguarded=FOLLOWING,
)
# A stranger means whomever the customer means that it turned out to be; either may be among `ids`.
_FOLLOW = Statement(
    update(Identity)
    .where(
        _mine,
        Identity.customer_id == _whole.original_id,
        or_(Identity.original_id == any_(_IDS), Identity.customer_id == any_(_IDS)),
        Identity.current_id != _whole.current_id,
    )
    .values(current_id=_whole.current_id)
    .returning(*_changed),
    unguarded=FOLLOWING,
)
_TAKEN_IN = Statement(
    select(Identity.original_id.label("was"), Identity.current_id.label("now")).where(
        Identity.current_id == any_(_IDS),
        Identity.current_id != Identity.original_id,
        Identity.customer_id.is_(None),
        ~Identity.provisional,
    ),
    unguarded=FOLLOWING,
)
