"""What merges records into one customer, and what takes them out again.

A merge moves no row of what hangs on its records. Their names go to the survivor, the survivor becomes what
was decided, the others are put away as they are, and `former_ids` says who their ids mean from now on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import orjson
from asyncpg import Record

from services.customer.customers.desk import Desk
from services.customer.customers.references import Reference
from services.customer.merges import folding, groups, queries, restoring, statements, survivorship
from services.customer.merges.groups import Group
from services.customer.merges.problems import MergeNotFound
from services.customer.merges.survivorship import Decision, Policy, Rule
from shared.database import Transaction
from shared.errors import MaskedField
from web.once import Answer


@dataclass(frozen=True, slots=True)
class Wanted:
    """A merge as it is asked for; it can be undone for the time `undoable`."""

    survivor: Reference
    duplicates: Sequence[Reference]
    rules: Mapping[str, Rule]
    values: Mapping[str, Reference]
    reason: str | None
    undoable: timedelta
    dry_run: bool = False


async def merge(tx: Transaction, wanted: Wanted) -> Answer:
    """Fold records into one. Nothing is written when all of them are in it already."""
    _check_rights(tx)
    desk = Desk(tx)
    group = await groups.gather(desk, wanted.survivor, wanted.duplicates, wanted.values.values())
    if not group.others:
        return await _show(tx, await groups.earlier(tx.connection, group.folded))
    folded = folding.fold(desk, group, await _decide(desk, group, wanted))
    row = folded.row(tx, wanted.reason, wanted.undoable)
    if wanted.dry_run:
        return Answer(folding.preview(folded, row))
    await folding.keep(tx, folded, row)
    await desk.store()
    return await _show(tx, row["id"], status=201)


async def undo(tx: Transaction, id_: UUID, *, dry_run: bool) -> Answer:
    """Take the records of a merge out again; what was changed since stays. Undone twice it is undone once."""
    _check_rights(tx)
    merged = await _fetch(tx, id_)
    if merged["undone_at"] is not None:
        return await _show(tx, id_)
    held = await restoring.reopen(tx, merged)
    found = restoring.found(held)
    conflicts = [*found.conflicts, *restoring.part(held, found)]
    told = {"changed_since": found.changed, "conflicts": conflicts}
    if dry_run:
        survivor = {**held.survivor.document, "masked": []} if held.there else None
        return Answer({**orjson.loads(orjson.dumps(merged["data"])), "undo": told, "survivor": survivor})
    await restoring.rewrite(tx, held)
    await restoring.give_back(tx, held.away)
    await statements.UNDO.value(tx.connection, id=id_, found=told, at=tx.at, by=tx.principal.id)
    await held.desk.store()
    return await _show(tx, id_)


async def _decide(desk: Desk, group: Group, wanted: Wanted) -> list[Decision]:
    on = desk.tx.connection
    usual = await queries.RULES.one(on)
    rules, trusted = (usual["rules"], usual["trusted_sources"]) if usual else ({}, ())
    chosen = groups.chosen(desk, group, wanted.values)
    policy = Policy({**survivorship.RULES, **_rules(rules), **wanted.rules}, trusted, chosen)
    return survivorship.settle(await groups.records(on, group, policy), policy)


def _rules(stored: Mapping[str, str]) -> dict[str, Rule]:
    return {name: Rule(rule) for name, rule in stored.items()}


def _check_rights(tx: Transaction) -> None:
    """Refuse whom personal data is masked for: it decides what a merge or an undo writes."""
    if not tx.principal.personal:
        raise MaskedField


async def _fetch(tx: Transaction, id_: UUID) -> Record:
    row = await queries.ONE.one(tx.connection, tx.principal, id=id_)
    if row is None:
        raise MergeNotFound
    return row


async def _show(tx: Transaction, id_: UUID, *, status: int = 200) -> Answer:
    row = await _fetch(tx, id_)
    location = f"/v1/merges/{id_}" if status == 201 else None
    subjects = (row["survivor_id"], *row["duplicate_ids"])
    return Answer(row["data"], status, None, location, subjects)
