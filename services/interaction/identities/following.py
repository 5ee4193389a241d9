"""Following customer's feed: identities stay in step, and a stranger's history finds its customer."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from feed.consumer import Received
from feed.write import Change, tell
from services.interaction.base import FEED
from services.interaction.identities import projection
from shared.database import Transaction

KIND = "customer"
Row = dict[str, Any]


async def apply(tx: Transaction, received: Sequence[Received]) -> None:
    """Project customers, and map the provisional ids whose names they carry.

    Names are taken before ids, and both in order, as writers do: nobody waits for the other in a circle.
    """
    customers = [_row(each) for each in sorted(received, key=lambda each: each.subject) if each.kind == KIND]
    fresh = {row["id"] for row in await projection.FRESH.all(tx.connection, customers=customers)}
    customers = [row for row in customers if row["id"] in fresh]
    if not customers:
        return
    names = sorted(_names(received, fresh), key=lambda row: (row["system"], row["external_id"]))
    strangers = await _name(tx, names, fresh)
    await projection.KEEP.value(tx.connection, customers=customers)
    await _map(tx, strangers)
    await projection.SPREAD.value(tx.connection, customers=customers)


async def sweep(tx: Transaction, generation: int) -> None:
    """Hide the customers that a new snapshot of the feed no longer has; their facts stay."""
    await projection.UNNAME.value(tx.connection, before=generation)
    await projection.SWEEP.value(tx.connection, before=generation)


async def _name(tx: Transaction, names: Sequence[Row], fresh: Iterable[UUID]) -> list[Row]:
    """Let names lead to their customers; return whom they led to before."""
    await projection.NAME.value(tx.connection, names=names)
    others = await projection.OTHERS.all(tx.connection, names=names)
    if others:
        await projection.TURN.value(tx.connection, names=names)
    await projection.FORGET.value(tx.connection, names=names, ids=list(fresh))
    return [dict(row) for row in others]


async def _map(tx: Transaction, strangers: Sequence[Row]) -> None:
    if not strangers:
        return
    mapped = await projection.MAP.all(tx.connection, mapped=strangers)
    changes = [
        Change(
            row["original_id"],
            row["version"],
            {"current_id": {"from": row["original_id"], "to": row["current_id"]}},
        )
        for row in mapped
    ]
    await tell(tx, FEED, "identity.updated", changes)


def _row(received: Received) -> Row:
    return {
        "id": received.subject,
        "owner": received.data.get("owner"),
        "department": received.data.get("department"),
        "deleted": received.gone,
        "customer_version": received.version,
        "generation": received.generation,
    }


def _names(received: Sequence[Received], fresh: Iterable[UUID]) -> Iterable[Row]:
    """Give the names that references can use: by system and id, of no particular series in the system."""
    wanted = set(fresh)
    for each in received:
        if each.subject in wanted and each.kind == KIND:
            for name in each.data.get("identities", ()):
                if not name["kind"]:
                    yield {"system": name["system"], "external_id": name["id"], "customer_id": each.subject}
