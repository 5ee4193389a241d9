"""Following who is who: customer's records, and the ids that interaction gave to strangers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Integer, Text, Uuid, any_, bindparam, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.selectable import TableValuedAlias

from services.scoring.identities.models import ExternalName, Identity
from shared.database import Transaction
from shared.statements import Statement


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed says about one id; `names` (system, kind, id) is None where the feed does not know them."""

    original_id: UUID
    current_id: UUID
    owner: str | None
    department: str | None
    deleted: bool
    provisional: bool
    version: int
    names: Sequence[tuple[str, str, str]] | None


def of_customer(subject: UUID, version: int, data: Mapping[str, Any] | None) -> Told:
    """Read an entry of customer's feed; without data the customer is deleted."""
    held = data or {}
    names = [(one["system"], one.get("kind", ""), one["id"]) for one in held.get("identities", ())]
    owner, department = held.get("owner"), held.get("department")
    return Told(subject, subject, owner, department, data is None, False, version, names)  # noqa: FBT003 - in the fields' order


def of_stranger(subject: UUID, version: int, data: Mapping[str, Any] | None) -> Told:
    """Read an entry of interaction's feed about a provisional id."""
    held = data or {}
    current = UUID(held.get("current_id", str(subject)))
    return Told(subject, current, None, None, data is None, True, version, None)  # noqa: FBT003 - as above


async def project(tx: Transaction, entries: Iterable[Told]) -> list[UUID]:
    """Write newer entries; return the customers whose score may now be that of other facts.

    Those are the current ids, before and after, of ids that are new, moved, deleted or back.
    """
    newest = {entry.original_id: entry for entry in sorted(entries, key=lambda entry: entry.version)}
    held = {row["original_id"]: row for row in await _HELD.all(tx.connection, ids=list(newest))}
    fresh = [one for one in newest.values() if _version(held, one) < one.version]
    if not fresh:
        return []
    fresh.sort(key=lambda one: one.original_id)
    columns = zip(*(astuple(one)[:-1] for one in fresh), strict=True)
    await _PROJECT.value(tx.connection, **dict(zip(_COLUMNS, map(list, columns), strict=True)))
    await _rename(tx, [one for one in fresh if one.names is not None])
    return sorted({id_ for one in fresh for id_ in _moved(held.get(one.original_id), one)})


def _version(held: Mapping[UUID, Any], one: Told) -> int:
    row = held.get(one.original_id)
    return 0 if row is None else int(row["version"])


def _moved(before: Any, now: Told) -> set[UUID]:  # noqa: ANN401 - a Record or None
    if before is None:
        return {now.current_id}
    if before["current_id"] == now.current_id and before["deleted"] == now.deleted:
        return set()
    return {UUID(int=before["current_id"].int), now.current_id}


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
    "owner": Text,
    "department": Text,
    "deleted": Boolean,
    "provisional": Boolean,
    "version": Integer,
}
_NAMES = {"system": Text, "kind": Text, "external_id": Text}
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_HELD = Statement(
    select(Identity.original_id, Identity.current_id, Identity.deleted, Identity.version).where(
        Identity.original_id == any_(_IDS)
    )
)
_told = insert(Identity).from_select(list(_COLUMNS), select(_rows(_COLUMNS)))
_PROJECT = Statement(
    _told.on_conflict_do_update(
        index_elements=[Identity.original_id],
        set_={name: _told.excluded[name] for name in _COLUMNS if name != "original_id"},
    )
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
        tuple_(ExternalName.system, ExternalName.kind, ExternalName.external_id).not_in(select(_rows(_NAMES))),
    )
)
