"""Claiming and finding source keys."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, and_, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import insert

from services.interaction.sources.models import Found, SourceKey
from shared.ids import uuid7
from shared.statements import Runner, Statement

Name = tuple[str, str]  # system and id in it


@dataclass(frozen=True, slots=True)
class Claim:
    """A name for a record that is about to be made."""

    name: Name
    record_id: UUID
    customer_id: UUID | None = None


_TEXTS, _IDS = ARRAY(Text), ARRAY(Uuid)
_NAMES = (bindparam("systems", type_=_TEXTS), bindparam("ids", type_=_TEXTS))
_KIND = bindparam("kind", type_=Text)
_named = func.unnest(*_NAMES).table_valued(column("system", Text), column("id", Text)).render_derived("named")
_claims = (
    func.unnest(*_NAMES, bindparam("record_ids", type_=_IDS), bindparam("customer_ids", type_=_IDS))
    .table_valued(
        column("system", Text), column("id", Text), column("record_id", Uuid), column("customer_id", Uuid)
    )
    .render_derived("claims")
)
# In the order of the keys, so that two writers who want the same ones wait for each other in turn.
_CLAIM = Statement(
    insert(SourceKey)
    .from_select(
        ["system", "source_id", "kind", "record_id", "customer_id"],
        select(_claims.c.system, _claims.c.id, _KIND, _claims.c.record_id, _claims.c.customer_id),
    )
    .on_conflict_do_nothing()
    .returning(SourceKey.record_id)
)
_FIND = Statement(
    select(SourceKey.system, SourceKey.source_id, SourceKey.record_id, SourceKey.retired).join_from(
        _named,
        SourceKey,
        and_(
            SourceKey.system == _named.c.system,
            SourceKey.source_id == _named.c.id,
            SourceKey.kind == _KIND,
        ),
    )
)


async def claim(on: Runner, kind: str, claims: Sequence[Claim]) -> set[UUID]:
    """Take names that are free; return the ids of the records that got theirs.

    Waits for writers who hold one of the names; what was not returned is, from then on, found by `find`.
    """
    if not claims:
        return set()
    ordered = sorted(claims, key=lambda each: each.name)
    rows = await _CLAIM.all(
        on,
        kind=kind,
        **_apart([each.name for each in ordered]),
        record_ids=[each.record_id for each in ordered],
        customer_ids=[each.customer_id for each in ordered],
    )
    return {row["record_id"] for row in rows}


async def find(on: Runner, kind: str, names: Collection[Name]) -> dict[Name, UUID]:
    """Return the ids of the records that have these names."""
    return {name: found.record_id for name, found in (await look_up(on, kind, names)).items()}


async def look_up(on: Runner, kind: str, names: Collection[Name]) -> dict[Name, Found]:
    """Return what is known of these names."""
    if not names:
        return {}
    rows = await _FIND.all(on, kind=kind, **_apart(names))
    return {(row["system"], row["source_id"]): Found(row["record_id"], row["retired"]) for row in rows}


async def reserve(on: Runner, kind: str, names: Collection[Name]) -> dict[Name, UUID]:
    """Return an id for each name, for good, whether its record has arrived or not."""
    found = await find(on, kind, names)
    fresh = {name: uuid7() for name in names if name not in found}
    if not fresh:
        return found
    taken = await claim(on, kind, [Claim(name, record_id) for name, record_id in fresh.items()])
    lost = [name for name, record_id in fresh.items() if record_id not in taken]
    return {**found, **fresh, **await find(on, kind, lost)}


def _apart(names: Collection[Name]) -> dict[str, list[str]]:
    return {"systems": [system for system, _ in names], "ids": [source_id for _, source_id in names]}
