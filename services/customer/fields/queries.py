"""Custom fields as they are shown and kept, and how much they are used."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from keeping.keeper import Keeper
from services.customer.attributes.models import SETTINGS_ID, CustomField, CustomFieldSettings
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.fields.checks import NO_LABEL, check_field
from services.customer.fields.schemas import CustomFieldRead, CustomFieldSettingsRead
from shared.auth import Principal
from shared.errors import MaskedField
from shared.statements import Runner, Statement, json_object, visible

_LABELS = ("label", "help")
_COUNTED = "counts over customers tell nothing of any one"


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a definition."""
    plain = {name: getattr(t, name) for name in CustomFieldRead.model_fields}
    labels = {name: _label(getattr(t, name)) for name in _LABELS}
    return json_object(**{**plain, **labels})


def _label(column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a jsonb column
    texts = {name: column.op("->>")(literal_column(f"'{name}'")) for name in NO_LABEL}
    return case((column.is_not(None), json_object(**texts)))


def settings_rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Render the settings."""
    return json_object(**{name: getattr(t, name) for name in CustomFieldSettingsRead.model_fields})


FIELDS = Keeper(FEED, "custom_field", CustomField, rendering, check=check_field)
SETTINGS = Keeper(FEED, "custom_field_settings", CustomFieldSettings, settings_rendering)
SETTINGS_ROW = SETTINGS_ID
KINDS = {"any": ["person", "organization"]}
PAGE = visible(
    FIELDS.shown.add_columns(CustomField.code)
    .order_by(CustomField.code)
    .limit(bindparam("limit", type_=Integer)),
    CustomField,
    {
        "last_code": CustomField.code > bindparam("last_code", type_=Text),
        "kind": CustomField.kind == any_(bindparam("kind", type_=ARRAY(Text))),
    },
)
EVERY = Statement(
    select(cast(rendering(CustomField), JSONB).label("data"))
    .where(CustomField.deleted_at.is_(None))
    .order_by(CustomField.position, CustomField.code)
)
ONE = Statement(
    select(cast(rendering(CustomField), JSONB)).where(
        CustomField.deleted_at.is_(None), CustomField.id == bindparam("id", type_=Uuid)
    )
)
EARLIER = Statement(
    select(CustomField.id, CustomField.type, CustomField.deleted_at)
    .where(CustomField.code == bindparam("code", type_=Text))
    .order_by(CustomField.created_at)
)

_CODE = bindparam("code", type_=Text)
_KINDS = bindparam("kinds", type_=ARRAY(Text))
_HELD = Customer.attributes.op("->")(_CODE)
_THOSE = (Customer.deleted_at.is_(None), Customer.kind == any_(_KINDS))


def _counted(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(Customer).where(*_THOSE)


USE = visible(
    _counted(
        func.count(literal_column("1")).filter(_HELD.is_not(None)).label("filled"),
        func.count(literal_column("1")).filter(_HELD.is_(None)).label("lacking"),
    ),
    of=Customer,
    clear=_COUNTED,
)
_LISTED = case(
    (func.jsonb_typeof(_HELD) == literal_column("'array'"), _HELD), else_=func.jsonb_build_array(_HELD)
)
_OPTION = func.jsonb_array_elements_text(_LISTED).column_valued("option")
CHOSEN = visible(
    _counted(_OPTION.label("code"), func.count(literal_column("1")).label("customers"))
    .where(_HELD.is_not(None))
    .group_by(_OPTION)
    .order_by(_OPTION),
    of=Customer,
    clear=_COUNTED,
)
IN_USE = Statement(
    select(Customer.id)
    .where(
        Customer.deleted_at.is_(None),
        _HELD.bool_op("?|")(bindparam("options", type_=ARRAY(Text))),
    )
    .limit(1),
    unguarded="tells only whether anybody has the option",
    clear="tells only whether anybody has the option",
)


async def fetch(on: Runner, principal: Principal, id_: UUID) -> dict[str, Any]:
    """Return a definition as callers get it, to be worked with; NotFound if there is none."""
    await FIELDS.fetch(on, principal, id_)
    found: dict[str, Any] = await ONE.value(on, id=id_)
    return found


async def lacking(on: Runner, principal: Principal, field: Mapping[str, Any]) -> int:
    """Return how many of the customers that a principal sees lack a field that they may have."""
    count: int = (await _counts(on, principal, field))["lacking"]
    return count


async def use(on: Runner, principal: Principal, id_: UUID) -> dict[str, Any]:
    """Return how many customers have a field, lack it, and have each of its options."""
    if not principal.personal:  # of few customers, counts would tell what they have
        raise MaskedField
    field = await fetch(on, principal, id_)
    options: list[Any] = []
    if field["options"]:
        options = await CHOSEN.all(on, principal, **_asked(field))
    return {**(await _counts(on, principal, field)), "options": options}


async def _counts(on: Runner, principal: Principal, field: Mapping[str, Any]) -> dict[str, Any]:
    return dict(await USE.one(on, principal, **_asked(field)) or {})


def _asked(field: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": field["code"], "kinds": KINDS.get(field["kind"], [field["kind"]])}
