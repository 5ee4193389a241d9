"""One writer at a time for each call: its name in the telephone system is what they wait for."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, column, func, literal, literal_column, select

from services.interaction.calls.drafts import Held
from services.interaction.calls.kind import CALLS
from services.interaction.identities.people import Name
from services.interaction.identities.queries import known
from services.interaction.records.actions import statements
from services.interaction.sources.models import Retired, SourceKey
from services.interaction.sources.queries import Claim, claim
from shared.ids import uuid7
from shared.statements import Runner, Statement

_named = (
    func.unnest(bindparam("systems", type_=ARRAY(Text)), bindparam("names", type_=ARRAY(Text)))
    .table_valued(column("system", Text), column("name", Text))
    .render_derived("named")
)
# In the order of the names, so that two writers of the same calls wait for each other in turn.
_LOCK = Statement(
    select(SourceKey.system, SourceKey.source_id, SourceKey.record_id)
    .join(_named, (SourceKey.system == _named.c.system) & (SourceKey.source_id == _named.c.name))
    .where(
        SourceKey.kind == literal(CALLS.name),
        SourceKey.retired.is_distinct_from(literal_column(f"'{Retired.DELETED}'")),
    )
    .order_by(SourceKey.system, SourceKey.source_id)
    .with_for_update(of=SourceKey)
)


class Locked(NamedTuple):
    """The ids of calls by name, and those of them that were given just now: nothing is kept of these yet."""

    ids: dict[Name, UUID]
    new: set[UUID]


async def lock(on: Runner, names: Collection[Name], free: Collection[Name] = ()) -> Locked:
    """Return the ids of the calls of these names, new ones for new names; nobody else writes them.

    A call that a rule of retention deleted has none. What was `free` a moment ago is not looked for first.
    """
    ids = await _locked(on, [name for name in names if name not in free])
    fresh = [Claim(name, uuid7()) for name in names if name not in ids]
    taken = await claim(on, CALLS.name, fresh)
    mine = {each.name: each.record_id for each in fresh if each.record_id in taken}
    others = await _locked(on, [each.name for each in fresh if each.name not in mine])
    return Locked({**ids, **mine, **others}, set(mine.values()))


async def held(on: Runner, ids: Collection[UUID]) -> dict[UUID, Held]:
    """Return those of the calls that are kept already."""
    rows = await statements(CALLS).held.all(on, ids=list(ids)) if ids else []
    return {
        row["id"]: Held(
            row["id"], row["version"], (row["source_system"], row["source_id"]), CALLS.held(row), known(row)
        )
        for row in rows
    }


async def _locked(on: Runner, names: Collection[Name]) -> dict[Name, UUID]:
    if not names:
        return {}
    rows = await _LOCK.all(on, systems=[system for system, _ in names], names=[name for _, name in names])
    return {(row["system"], row["source_id"]): row["record_id"] for row in rows}
