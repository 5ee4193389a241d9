"""What changes custom fields: defining, changing within what is safe, retiring."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.customer.attributes.types import CHOOSING, FieldType, Forms
from services.customer.fields import queries
from services.customer.fields.checks import settled
from services.customer.fields.problems import FieldTaken, OptionInUse
from shared.database import Transaction
from shared.errors import FieldError, Invalid
from shared.patch import merge
from web.etag import Condition
from web.once import Answer

PATH = "/v1/custom-fields"


async def define(tx: Transaction, given: Mapping[str, Any], forms: Forms) -> Answer:
    """Make a field; one whose code was retired takes it up again, with the type that its values have."""
    row = settled(given, FieldType(given["type"]), forms)
    for earlier in await queries.EARLIER.all(tx.connection, code=row["code"]):
        if earlier["deleted_at"] is None:
            raise FieldTaken("There is a field of this code.", field_id=str(earlier["id"]))
        if earlier["type"] != row["type"]:
            raise FieldTaken(f"Under this code customers have values of type {earlier['type']}.")
    texts = {name: row[name] and merge({}, row[name]) for name in ("label", "help")}
    return await queries.FIELDS.create(tx, {**row, **texts}, PATH)


async def change(
    tx: Transaction, id_: UUID, given: Mapping[str, Any], forms: Forms, seen: Condition
) -> Answer:
    """Apply a merge patch; tells how many customers lack a field that becomes required."""
    before = await queries.fetch(tx.connection, tx.principal, id_)
    patch = settled(given, FieldType(before["type"]), forms)
    if patch.get("kind", "any") not in {"any", before["kind"]}:
        raise Invalid(errors=[_narrowed()])
    await _check_options(tx, before, patch)
    said = await queries.FIELDS.change(tx, id_, patch, seen)
    after, lacking = await queries.fetch(tx.connection, tx.principal, id_), None
    if after["required"] and not before["required"]:
        lacking = await queries.lacking(tx.connection, tx.principal, after)
    return replace(said, body={**after, "lacking": lacking})


async def _check_options(tx: Transaction, before: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
    if "options" not in patch or before["type"] not in CHOOSING:
        return
    kept = {option["code"] for option in patch["options"]}
    removed = [option["code"] for option in before["options"] if option["code"] not in kept]
    if removed and await queries.IN_USE.one(tx.connection, code=before["code"], options=removed):
        raise OptionInUse("Keep the option and retire it.")


def _narrowed() -> FieldError:
    detail = "A field may be opened to any kind, and not be taken from those who may have it."
    return {"pointer": "/kind", "code": "narrowed", "detail": detail}
