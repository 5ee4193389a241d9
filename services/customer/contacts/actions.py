"""What changes one member of a list of a customer: adding, editing and removing it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.customer.addresses.checking import OURS
from services.customer.contacts.problems import MemberNotFound
from services.customer.customers.desk import Desk
from services.customer.customers.documents import settle
from services.customer.customers.drafts import Draft
from services.customer.customers.problems import FieldRefused
from services.customer.customers.references import Reference
from shared.database import Transaction
from shared.patch import merge
from web.etag import Condition
from web.once import Answer

Member = dict[str, Any]
_DERIVED = {"normalized", *OURS}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands: whose it is, in which list, and where its numbers are dialled."""

    reference: Reference
    field: str
    country: str


async def add(tx: Transaction, place: Place, given: Member) -> Answer:
    """Append a member."""
    desk = Desk(tx)
    draft = await desk.pick(place.reference)
    await _replace(desk, draft, place, lambda m: [*m, given])
    return Answer(draft.document[place.field][-1], 201, draft.version, subjects=(draft.id,))


async def edit(tx: Transaction, place: Place, id_: UUID, patch: Member, condition: Condition) -> Answer:
    """Apply a merge patch to a member."""
    desk = Desk(tx)
    draft = await desk.pick(place.reference, condition=condition)
    at = _index(draft, place, id_)
    await desk.check(draft, condition)
    await _replace(desk, draft, place, lambda m: [*m[:at], merge(m[at], patch), *m[at + 1 :]])
    return Answer(draft.document[place.field][at], version=draft.version, subjects=(draft.id,))


async def remove(tx: Transaction, place: Place, id_: UUID, condition: Condition) -> Answer:
    """Take a member out of its list."""
    desk = Desk(tx)
    draft = await desk.pick(place.reference, condition=condition)
    at = _index(draft, place, id_)
    await desk.check(draft, condition)
    await _replace(desk, draft, place, lambda m: [*m[:at], *m[at + 1 :]])
    return Answer(None, 204, subjects=(draft.id,))


def _index(draft: Draft, place: Place, id_: UUID) -> int:
    for index, member in enumerate(draft.document[place.field]):
        if member["id"] == str(id_):
            return index
    raise MemberNotFound


async def _replace(
    desk: Desk, draft: Draft, place: Place, edited: Callable[[list[Member]], list[Any]]
) -> None:
    members = [
        {name: value for name, value in member.items() if name not in _DERIVED}  # new values have new forms
        for member in draft.document[place.field]
    ]
    try:
        desk.change(draft, settle({place.field: edited(members)}, place.country))
    except FieldRefused as problem:
        for error in problem.errors:  # the body is the member itself
            error["pointer"] = re.sub(r"^/\w+/\d+(?=/)", "", error["pointer"])
        raise
    await desk.store()
