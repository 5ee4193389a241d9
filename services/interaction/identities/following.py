"""Following customer's feed: identities stay in step, merges are followed, strangers find their customers."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from feed.consumer import Received
from feed.write import Change, tell
from services.interaction.base import FEED
from services.interaction.identities import naming, projection
from shared.database import Transaction

KIND = "customer"
Row = dict[str, Any]


async def apply(tx: Transaction, received: Sequence[Received]) -> None:
    """Project customers and what was merged into them, and map the provisional ids whose names they carry.

    Names are taken before ids, and both in order, as writers do: nobody waits for the other in a circle.
    """
    told = sorted((each for each in received if each.kind == KIND), key=lambda each: each.subject)
    rows = await projection.FRESH.all(tx.connection, customers=list(map(_row, told)))
    fresh = {row["id"] for row in rows}
    told = [each for each in told if each.subject in fresh]
    if not told:
        return
    folded = [pair for each in told for pair in _folded(each)]
    strangers = await _name(tx, told, folded)
    await projection.KEEP.value(tx.connection, customers=list(map(_row, told)))
    await projection.MAP.value(tx.connection, mapped=strangers)
    parted = await _fold(tx, told, folded)
    ids = sorted(
        {*fresh, *(pair["id"] for pair in folded), *parted, *(row["customer_id"] for row in strangers)}
    )
    await _tell(tx, await projection.FOLLOW.all(tx.connection, ids=ids))
    await projection.SPREAD.value(tx.connection, ids=ids)


async def sweep(tx: Transaction, generation: int) -> None:
    """Hide the customers that a new snapshot of the feed no longer has; their facts stay."""
    await naming.UNNAME.value(tx.connection, before=generation)
    await projection.SWEEP.value(tx.connection, before=generation)


async def _name(tx: Transaction, told: Iterable[Received], folded: Sequence[Row]) -> list[Row]:
    """Let names lead to their customers; return whom they led to before."""
    names = sorted(_names(told), key=lambda row: (row["system"], row["external_id"]))
    given = {"names": names, "folded": folded}
    await naming.NAME.value(tx.connection, names=names)
    others = await naming.OTHERS.all(tx.connection, **given)
    if others:
        await naming.TURN.value(tx.connection, **given)
    await naming.FORGET.value(tx.connection, **given)
    return [dict(row) for row in others]


async def _fold(tx: Transaction, told: Iterable[Received], folded: Sequence[Row]) -> list[UUID]:
    """Let the ids of merged records mean their customers; return those of whom it is no longer so."""
    there = [each.subject for each in told if not each.gone]
    if len(folded) > len(there):
        await projection.MEET.value(tx.connection, folded=folded)
        await projection.FOLD.value(tx.connection, folded=folded)
    parted = await projection.PART.all(tx.connection, ids=there, folded=folded)
    return [row["original_id"] for row in parted]


async def _tell(tx: Transaction, followed: Sequence[Record]) -> None:
    """Tell that strangers mean somebody else than before."""
    changes = [
        Change(
            row["original_id"],
            row["version"],
            {"current_id": {"from": row["was"], "to": row["current_id"]}},
        )
        for row in followed
    ]
    await tell(tx, FEED, "identity.updated", changes)


def _row(received: Received) -> Row:
    return {
        "id": received.subject,
        "owner": received.data.get("owner"),
        "department": received.data.get("department"),
        "customer_class": received.data.get("customer_class"),
        "deleted": received.gone,
        "customer_version": received.version,
        "generation": received.generation,
    }


def _folded(received: Received) -> list[Row]:
    """Pair a customer, and all that was merged into it, with it; nothing is known of one that is gone."""
    merged = map(UUID, received.data.get("merged_ids", ()))
    ids = [] if received.gone else [received.subject, *merged]
    return [{"id": id_, "into": received.subject} for id_ in ids]


def _names(told: Iterable[Received]) -> Iterable[Row]:
    """Give the names that references can use: by system and id, of no particular series in the system."""
    for each in told:
        for name in each.data.get("identities", ()):
            if not name["kind"]:
                yield {"system": name["system"], "external_id": name["id"], "customer_id": each.subject}
