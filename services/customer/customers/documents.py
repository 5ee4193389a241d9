"""The customer as a document, and how a merge patch changes it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customer.addresses import checking
from services.customer.customers import contacts, members, names
from services.customer.customers.problems import FieldRefused, ReadOnly
from services.customer.keys.key import RECIPE, vector
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys
from shared.diff import same
from shared.patch import merge

Document = Mapping[str, Any]
Patch = Mapping[str, Any]

BLANK: Document = {
    "kind": "person",
    "name": None,
    "given_name": None,
    "family_name": None,
    "contact_points": [],
    "addresses": [],
    "identities": [],
    "owner": None,
    "department": None,
    "region": None,
    "customer_class": None,
    "acquisition": None,
    "tags": [],
    "attributes": {},
    "merged_ids": [],
}
OURS = frozenset(("id", "merged_ids", "version", "created_at", "updated_at"))  # read-only, may be sent back
MEMBERS = ("contact_points", "addresses", "identities")
MAX_MEMBERS = 50  # of each list
MAX_ATTRIBUTES = 65_536  # characters of JSON

_POINT = {"label": None, "preferred": False}
_PLACE = {
    "type": "postal",
    "district": None,
    "city": None,
    "region": None,
    "postal_code": None,
    "country": None,
}
_ADDRESS: dict[str, Any] = {"lines": [], **_PLACE}
_ACQUISITION = {"on": None, "source": None, "campaign": None, "cost": None}


def settle(patch: Patch, country: str) -> dict[str, Any]:
    """Return a patch with its members whole, its sets in order, its numbers normalized.

    `country` (two letters) is where a number without a prefix is dialled.
    """
    settled = dict(patch)
    if points := patch.get("contact_points"):
        settled["contact_points"] = [_point(index, point, country) for index, point in enumerate(points)]
    if addresses := patch.get("addresses"):
        settled["addresses"] = [checking.settled({**_ADDRESS, **address}) for address in addresses]
    if patch.get("identities"):
        settled["identities"] = names.identities(names.names_of(patch))
    if tags := patch.get("tags"):
        settled["tags"] = list(dict.fromkeys(tags))
    return settled


def revise(stored: Document, patch: Patch, new_id: Callable[[], UUID]) -> dict[str, Any]:
    """Return the document that a settled merge patch (RFC 7396) makes of the stored one.

    Lists are replaced whole, but members that stay keep their ids; a removed field is blank again.
    Raises Invalid when the whole would not be a customer.
    """
    document = dict(stored)
    for field, value in patch.items():
        if field not in OURS:
            merged = merge(stored[field], value)
            document[field] = BLANK[field] if merged is None else merged
    for field, alike in _ALIKE.items():
        if patch.get(field):
            document[field] = _replaced(field, stored, document, alike, new_id)
    if document["acquisition"] is not None:
        document["acquisition"] = _acquisition(document["acquisition"])
    _check_whole(document, patch)
    if patch.get("addresses"):
        _check_addresses(stored["addresses"], document["addresses"])
    return document


def row_of(document: Document, deleted_at: str | None) -> dict[str, Any]:
    """Return the columns of a document's row; members of other names are left to be ignored."""
    acquisition = document["acquisition"] or _ACQUISITION
    cost = acquisition["cost"] or {}
    return {
        **document,
        "contact_keys": contacts.keys(document["contact_points"]),
        "open_keys": vector(open_keys(document)),
        "personal_keys": vector(personal_keys(document)),
        "keys_recipe": RECIPE,
        "acquired_on": acquisition["on"],
        "acquisition_source": acquisition["source"],
        "acquisition_campaign": acquisition["campaign"],
        "acquisition_cost": cost.get("amount"),
        "acquisition_currency": cost.get("currency"),
        "deleted_at": deleted_at,
    }


def check_echo(stored: Document, patch: Patch) -> None:
    """Raise ReadOnly for fields of ours in a patch whose value is not the stored one."""
    sent = OURS & patch.keys()
    if wrong := sorted(field for field in sent if not _echoes(stored.get(field), patch[field])):
        raise ReadOnly(*(f"/{field}" for field in wrong))


def _check_whole(document: Document, patch: Patch) -> None:
    if document["name"] is None:
        raise FieldRefused("missing", "A customer has a name.", "/name")
    if long := [f"/{field}" for field in MEMBERS if len(document[field]) > MAX_MEMBERS]:
        raise FieldRefused("too_long", f"This list has at most {MAX_MEMBERS} members.", *long)
    if patch.get("attributes") and len(json.dumps(document["attributes"])) > MAX_ATTRIBUTES:
        detail = f"Together the attributes take at most {MAX_ATTRIBUTES:,} characters."
        raise FieldRefused("too_long", detail, "/attributes")


def _check_addresses(stored: list[Any], given: list[Any]) -> None:
    """Refuse what is certainly wrong with an address, unless it was stored like that before."""
    before = {(address["id"], _same_address(address)) for address in stored}
    for index, address in enumerate(given):
        for part, code, detail in checking.refused(address):
            if (address["id"], _same_address(address)) not in before:
                raise FieldRefused(code, detail, f"/addresses/{index}/{part}")


def _echoes(stored: object, given: object) -> bool:
    if isinstance(stored, str) and isinstance(given, str) and given.endswith("Z"):
        return datetime.fromisoformat(stored) == datetime.fromisoformat(given)
    return same(stored, given)


def _point(index: int, given: Mapping[str, Any], country: str) -> dict[str, Any]:
    form = contacts.normalized(given["type"], given["value"], country)
    if given.get("normalized", form) != form:
        raise ReadOnly(f"/contact_points/{index}/normalized")
    return {**_POINT, **given, "normalized": form}


def _replaced(
    field: str,
    stored: Document,
    document: Document,
    alike: Callable[[dict[str, Any]], object],
    new_id: Callable[[], UUID],
) -> list[dict[str, Any]]:
    try:
        return members.replace(stored[field], document[field], alike, new_id)
    except members.UnknownMemberError as unknown:
        raise ReadOnly(f"/{field}/{unknown.index}/id") from unknown


def _acquisition(given: Mapping[str, Any]) -> dict[str, Any] | None:
    whole = {**_ACQUISITION, **given}
    return whole if any(value is not None for value in whole.values()) else None


def _same_point(point: Mapping[str, Any]) -> object:
    return point["type"], point["normalized"] or point["value"]


def _same_address(address: Mapping[str, Any]) -> object:
    return *address["lines"], *(address.get(field) for field in _PLACE)


_ALIKE: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "contact_points": _same_point,
    "addresses": _same_address,
}
