"""The definitions as a process knows them: read again when they are a second old."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.customer.attributes.models import CustomField, CustomFieldSettings
from services.customer.attributes.rules import Known
from services.customer.attributes.types import Declared, FieldType
from shared.database import Database
from shared.statements import Statement, json_object

FRESH_S = 1.0
_FIELDS = tuple(name for name in Declared.__dataclass_fields__ if name != "retired")
_ROW = json_object(
    **{name: getattr(CustomField, name) for name in _FIELDS}, retired=CustomField.deleted_at.is_not(None)
)
# The living definition of a code comes after the retired ones: it is the one that counts.
_AGE = (CustomField.deleted_at.asc().nulls_last(), CustomField.position, CustomField.code)
_ROWS = func.jsonb_agg(aggregate_order_by(cast(_ROW, JSONB), *_AGE), type_=JSONB)
READ = Statement(
    select(
        select(_ROWS).scalar_subquery().label("fields"),
        select(CustomFieldSettings.undeclared).scalar_subquery().label("undeclared"),
    )
)


@dataclass(frozen=True, slots=True)
class _Held:
    known: Known
    read: tuple[Any, Any]
    at: float


_held: WeakKeyDictionary[Database, _Held] = WeakKeyDictionary()


async def known(database: Database) -> Known:
    """Return the definitions of a database as they were at most a second ago."""
    held = _held.get(database)
    if held is not None and monotonic() - held.at < FRESH_S:
        return held.known
    at = monotonic()
    row = await READ.one(database.pool)
    read = (row["fields"], row["undeclared"]) if row else (None, None)
    same = held is not None and held.read == read
    now = held.known if held is not None and same else _known(*read)
    _held[database] = _Held(now, read, at)
    return now


def forget(database: Database) -> None:
    """Let the next asker read them anew: this process has just changed them."""
    _held.pop(database, None)


def _known(fields: list[Mapping[str, Any]] | None, undeclared: str | None) -> Known:
    return Known({row["code"]: _declared(row) for row in fields or ()}, strict=undeclared == "refused")


def _declared(row: Mapping[str, Any]) -> Declared:
    options = {option["code"]: option["retired"] for option in row["options"]}
    return Declared(**{**row, "type": FieldType(row["type"]), "options": options})
