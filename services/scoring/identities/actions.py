"""Following who is who: customer's records, and the ids that interaction gave to strangers."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.selectable import TableValuedAlias

from services.scoring.identities import merging
from services.scoring.identities.merging import FOLLOWING
from services.scoring.identities.models import ExternalName, Identity
from shared.database import Transaction
from shared.statements import Runner, Statement


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed says about one id; `names` (system, kind, id) is None where the feed does not know them.

    `customer_id` is whom interaction matched a stranger with; `merged` are the ids that a customer took in.
    """

    original_id: UUID
    current_id: UUID
    customer_id: UUID | None
    owner: str | None
    department: str | None
    region: str | None
    customer_class: str | None
    acquisition_source: str | None
    deleted: bool
    provisional: bool
    generation: int
    version: int
    names: Sequence[tuple[str, str, str]] | None
    merged: Sequence[UUID] = ()

    @property
    def at(self) -> tuple[int, int]:
        """What orders two tellings of one id."""
        return self.generation, self.version


def of_customer(subject: UUID, at: tuple[int, int], held: Mapping[str, Any]) -> Told:
    """Read an entry of customer's feed, told at (generation, version); deleted without data."""
    return Told(
        original_id=subject,
        current_id=subject,
        customer_id=None,
        **{name: held.get(name) for name in ("owner", "department", "region", "customer_class")},
        acquisition_source=(held.get("acquisition") or {}).get("source"),
        deleted=not held,
        provisional=False,
        generation=at[0],
        version=at[1],
        names=[(one["system"], one.get("kind", ""), one["id"]) for one in held.get("identities", ())],
        merged=tuple(map(UUID, held.get("merged_ids", ()))),
    )


def of_stranger(subject: UUID, at: tuple[int, int], held: Mapping[str, Any]) -> Told:
    """Read an entry of interaction's feed about a provisional id."""
    customer = UUID(held.get("customer_id") or held.get("current_id") or str(subject))
    describing = ("owner", "department", "region", "customer_class", "acquisition_source")
    nobody: dict[str, Any] = dict.fromkeys(describing)
    return Told(
        original_id=subject,
        current_id=customer,
        customer_id=None if customer == subject else customer,
        **nobody,
        deleted=not held,
        provisional=True,
        generation=at[0],
        version=at[1],
        names=None,
    )


class Changed(NamedTuple):
    """Customers that a feed told something new about.

    `moved` are the current ids, before and after, of ids that are moved, deleted or back: their score may now
    be that of other facts. (A new customer has no score; the marks of facts that came before it are waiting
    for it.) `described`: those who are new, or of another class than before. `handed`: those whom others may
    see now, being of another owner or department.
    """

    moved: list[UUID]
    described: list[UUID]
    handed: list[UUID]


async def project(tx: Transaction, entries: Sequence[Told]) -> Changed:
    """Write newer entries; return whom they change. The caller has marked `at_stake`."""
    newest = {entry.original_id: entry for entry in sorted(entries, key=lambda entry: entry.at)}
    held = {row["original_id"]: row for row in await _HELD.all(tx.connection, ids=list(newest))}
    fresh = [one for one in newest.values() if _held_at(held.get(one.original_id)) < one.at]
    if not fresh:
        return Changed([], [], [])
    fresh.sort(key=lambda one: one.original_id)
    columns = zip(*(astuple(one)[: len(_COLUMNS)] for one in fresh), strict=True)
    await _PROJECT.value(tx.connection, **dict(zip(_COLUMNS, map(list, columns), strict=True)))
    await _rename(tx, [one for one in fresh if one.names is not None])
    moved = await merging.follow(tx, [(one.original_id, one.merged) for one in fresh if not one.deleted])
    moved = moved.union(*(_moved(held.get(one.original_id), one) for one in fresh))
    pairs = [(held.get(one.original_id), one) for one in fresh]
    return Changed(
        sorted(moved),
        [one.original_id for before, one in pairs if _is_new(before, one)],
        [one.original_id for before, one in pairs if _is_handed(before, one)],
    )


async def at_stake(on: Runner, entries: Sequence[Told]) -> set[UUID]:
    """Return the customers that merges or strangers among these entries are about: to be marked before them.

    One feed tells who a stranger is, and another whom that one means: who follows them waits for the other.
    """
    strangers = {one.customer_id for one in entries if one.customer_id is not None}
    merging_ids = {id_ for one in entries if one.merged for id_ in (one.original_id, *one.merged)}
    parting = await merging.taken_in(on, [one.original_id for one in entries if not one.provisional])
    return strangers | merging_ids | parting


async def sweep(tx: Transaction, generation: int, *, provisional: bool) -> list[UUID]:
    """Delete the ids that only earlier generations told of; return the customers that they meant."""
    rows = await _SWEEP.all(tx.connection, generation=generation, provisional=provisional)
    return sorted({UUID(int=row[0].int) for row in rows})


def _held_at(row: Record | None) -> tuple[int, int]:
    return (0, 0) if row is None else (row["generation"], row["version"])


def _moved(before: Record | None, now: Told) -> set[UUID]:
    """Return whose score an id told may change, but for merges."""
    if before is None:
        return {now.current_id} if now.provisional else set()
    if before["current_id"] == now.current_id and before["deleted"] == now.deleted:
        return set()
    return {UUID(int=before["current_id"].int), now.current_id}


def _is_new(before: Record | None, now: Told) -> bool:
    return before is None or before["customer_class"] != now.customer_class


def _is_handed(before: Record | None, now: Told) -> bool:
    whose = (now.owner, now.department)
    return before is not None and (before["owner"], before["department"]) != whose


async def _rename(tx: Transaction, fresh: Sequence[Told]) -> None:
    named = {name: one.original_id for one in fresh for name in one.names or ()}
    order = sorted(named)
    system, kind, external_id = ([name[at] for name in order] for at in range(3))
    names = {"system": system, "kind": kind, "external_id": external_id}
    await _UNNAME.value(tx.connection, ids=[one.original_id for one in fresh], **names)
    await _NAME.value(tx.connection, **names, customer_id=[named[name] for name in order])


def _rows(types: Mapping[str, Any]) -> TableValuedAlias:
    """Return parallel array parameters as rows."""
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in types.items())
    return func.unnest(*arrays).table_valued(*types).render_derived()


_COLUMNS = {
    "original_id": Uuid,
    "current_id": Uuid,
    "customer_id": Uuid,
    "owner": Text,
    "department": Text,
    "region": Text,
    "customer_class": Text,
    "acquisition_source": Text,
    "deleted": Boolean,
    "provisional": Boolean,
    "generation": Integer,
    "version": Integer,
}
_NAMES = {"system": Text, "kind": Text, "external_id": Text}
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_HELD = Statement(
    select(Identity.__table__).where(Identity.original_id == any_(_IDS)),
    unguarded=FOLLOWING,
)
_told = insert(Identity).from_select(list(_COLUMNS), select(_rows(_COLUMNS)))
# A record that was merged away is told as deleted: its id goes on meaning who it was merged into.
_away = and_(_told.excluded.deleted, ~_told.excluded.provisional, Identity.current_id != Identity.original_id)
_kept = (
    *("current_id", "deleted", "owner", "department"),
    *("region", "customer_class", "acquisition_source"),
)
_PROJECT = Statement(
    _told.on_conflict_do_update(
        index_elements=[Identity.original_id],
        set_={
            **{name: _told.excluded[name] for name in _COLUMNS if name != "original_id"},
            **{name: case((_away, getattr(Identity, name)), else_=_told.excluded[name]) for name in _kept},
        },
    ),
    unguarded=FOLLOWING,
)
_named = insert(ExternalName).from_select(
    [*_NAMES, "customer_id"], select(_rows({**_NAMES, "customer_id": Uuid}))
)
_NAME = Statement(
    _named.on_conflict_do_update(
        index_elements=[ExternalName.system, ExternalName.kind, ExternalName.external_id],
        set_={"customer_id": _named.excluded.customer_id},
        where=ExternalName.customer_id != _named.excluded.customer_id,
    )
)
_UNNAME = Statement(
    delete(ExternalName).where(
        ExternalName.customer_id == any_(_IDS),
        tuple_(ExternalName.system, ExternalName.kind, ExternalName.external_id).not_in(
            select(_rows(_NAMES))
        ),
    )
)
_SWEEP = Statement(
    update(Identity)
    .where(
        Identity.generation < bindparam("generation", type_=Integer),
        Identity.provisional == bindparam("provisional", type_=Boolean),
        ~Identity.deleted,
    )
    .values(deleted=literal_column("true", Boolean))
    .returning(Identity.current_id)
)
