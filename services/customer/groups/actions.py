"""What writes groups: a writer keeps what it writes in its sight."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.customer.groups.problems import GroupOutOfSight
from services.customer.groups.queries import GROUPS
from shared.auth import Principal, Visibility
from shared.database import Transaction
from web.etag import Condition
from web.once import Answer


async def create(tx: Transaction, given: Mapping[str, Any]) -> Answer:
    """Make a group; by default it belongs where its writer sees it."""
    values = {**_sight(tx.principal), **given}
    _check_sight(tx.principal, values)
    return await GROUPS.create(tx, values, "/v1/groups")


async def change(tx: Transaction, id_: UUID, patch: Mapping[str, Any], seen: Condition) -> Answer:
    """Apply a merge patch."""
    _check_sight(tx.principal, patch)
    return await GROUPS.change(tx, id_, patch, seen)


def _check_sight(principal: Principal, values: Mapping[str, Any]) -> None:
    if any(values.get(name, value) != value or value is None for name, value in _sight(principal).items()):
        raise GroupOutOfSight


def _sight(principal: Principal) -> dict[str, str | None]:
    """Return the columns, and their values, of every group that this principal sees."""
    if principal.visibility is Visibility.OWN:
        return {"owner": principal.id}
    return {"department": principal.department} if principal.visibility is Visibility.DEPARTMENT else {}
