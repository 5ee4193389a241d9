"""Restoring: taking a merge up again under the locks of its records, and giving them back what was theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.customer.customers.desk import Desk
from services.customer.customers.drafts import Draft
from services.customer.customers.names import identities, names_of
from services.customer.customers.queries import DELETED
from services.customer.merges import statements
from services.customer.merges.problems import MergedOn, MergeNotFound, TooLate
from services.customer.merges.undoing import Conflict, Images, Undone, without
from shared.database import Transaction
from shared.statements import Runner
from web.once import Again

LEFT, DELETED_AT = "left_with_its_holder", "deleted_at"


@dataclass(frozen=True, slots=True)
class Open:
    """A merge that can be undone: its survivor, its records as they were put away, and its images.

    A survivor that was deleted since is not `there`: it stays deleted, and the others come back.
    """

    desk: Desk
    row: Record
    survivor: Draft
    there: bool
    away: Sequence[Draft]
    images: Images


async def reopen(tx: Transaction, merge: Record) -> Open:
    """Lock all that an undo changes; a problem says why it cannot be."""
    desk, ids = Desk(tx), [UUID(int=each.int) for each in merge["duplicate_ids"]]
    await desk.recall(ids)
    away = [desk.drafts[id_] for id_ in ids if id_ in desk.drafts]
    await desk.take((merge["survivor_id"],), (name for each in away for name in names_of(each.document)))
    row = await statements.HELD.one(tx.connection, id=merge["id"])
    if row is None or row["undone_at"] is not None:
        raise Again
    if row["kept"] is None or row["undoable_until"] < tx.at:
        raise TooLate(f"It could be until {row['undoable_until'].isoformat()}.")
    if desk.former:
        raise MergedOn(await _last(tx.connection, merge["survivor_id"]))
    id_ = UUID(int=merge["survivor_id"].int)
    there = desk.find(id_) is not None
    if not there:
        await desk.recall((id_,), DELETED)
    survivor = desk.find(id_)
    if survivor is None or len(away) < len(ids):
        raise MergeNotFound
    return Open(desk, row, survivor, there, away, Images(**row["kept"]))


def found(held: Open) -> Undone:
    """Return what the survivor is without the merge: deleted, if it was deleted since."""
    if held.there:
        return without(held.images, held.survivor.document)
    return Undone(dict(held.survivor.document), [DELETED_AT], [])


def part(held: Open, found: Undone) -> list[Conflict]:
    """Change a survivor that is there to what it is without the merge, and let the others be as they were.

    A name of theirs that another customer holds by now stays there, and is a conflict.
    """
    if held.there:
        held.desk.replace(held.survivor, found.document)
    conflicts = list[Conflict]()
    for each in held.away:
        names = names_of(each.document)
        lost = sorted(name for name in names if name in held.desk.holders)
        conflicts += [
            {"field": "identities", "member": f"{name[0]}:{name[2]}", "decided": LEFT} for name in lost
        ]
        document = {**each.document, "identities": identities(names.difference(lost))}
        held.desk.bring_back(each, document, of=held.survivor.id, above=held.survivor.version)
    return conflicts


async def give_back(tx: Transaction, away: Iterable[Draft]) -> None:
    """Let ids mean whom they meant before the merge."""
    for each in away:
        await statements.GIVE_BACK.value(tx.connection, ids=[each.id])
        ids = [UUID(id_) for id_ in each.document["merged_ids"]]
        await statements.MOVE.value(tx.connection, ids=ids, current_id=each.id)


async def rewrite(tx: Transaction, held: Open) -> None:
    """Take the merge out of what later ones of the same survivor keep, as if it had never been."""
    row = held.row
    given = {"survivor_id": row["survivor_id"], "survivor_version": row["survivor_version"]}
    for later in await statements.LATER.all(tx.connection, **given):
        images: dict[str, Any] = {
            name: without(held.images, document).document for name, document in later["kept"].items()
        }
        await statements.REMEMBER.value(tx.connection, id=later["id"], images=images)


async def _last(on: Runner, id_: UUID) -> UUID:
    """Return the merge that is to be undone before all others that carried a customer on."""
    found = id_
    while row := await statements.TAKEN_BY.one(on, ids=[id_]):
        found = row["merge_id"]
        id_ = await statements.SURVIVOR.value(on, id=found)
    return UUID(int=found.int)
