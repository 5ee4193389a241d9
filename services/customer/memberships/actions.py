"""What lets customers into groups: one customer is in a group once, under whatever id."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.customer.customers.queries import fetch, originals
from services.customer.customers.referring import referred
from services.customer.groups.joining import again_if_taken
from services.customer.groups.problems import AlreadyIn
from services.customer.groups.queries import GROUPS
from services.customer.memberships.queries import HELD, MEMBERSHIPS
from shared.database import Transaction
from web.once import Answer

PATH = "/v1/memberships"


async def create(tx: Transaction, group_id: UUID, given: Mapping[str, Any]) -> Answer:
    """Let a customer into a group; `given` is what the caller sent."""
    group = await GROUPS.fetch(tx.connection, tx.principal, group_id)
    whose = await fetch(tx.connection, tx.principal, referred(given["customer"]))
    ids = {"group_id": group["id"], "customer_ids": originals(whose)}
    held = await HELD.value(tx.connection, tx.principal, **ids)
    if held is not None:
        raise AlreadyIn("Change that membership.", membership_id=held)
    columns = {name: value for name, value in given.items() if name != "customer"}
    with again_if_taken():
        return await MEMBERSHIPS.create(
            tx, {**columns, "group_id": group["id"], "customer_id": whose["id"]}, PATH
        )
