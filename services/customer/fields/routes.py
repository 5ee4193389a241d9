"""Custom fields over HTTP: define, read, change and retire them; their schema, their use, their settings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from keeping.routes import KeptRoutes
from services.customer.attributes.known import forget, known
from services.customer.customers.routes import CanRead, rules_of
from services.customer.customers.schemas import CustomerKind
from services.customer.fields import actions, queries
from services.customer.fields.checks import WrongField
from services.customer.fields.describing import schema_of
from services.customer.fields.problems import FieldTaken, OptionInUse
from services.customer.fields.schemas import (
    CustomFieldChanged,
    CustomFieldCreate,
    CustomFieldPage,
    CustomFieldRead,
    CustomFieldSettingsRead,
    CustomFieldSettingsWrite,
    CustomFieldUpdate,
    CustomFieldUse,
    FieldKind,
    Language,
)
from shared.auth import Principal, allow
from shared.errors import MaskedField, NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Action, once

router = APIRouter(tags=["custom-fields"])
CanDefine = Annotated[Principal, allow("customers:admin")]
CONDITIONAL = documents(NotFound, PreconditionRequired, PreconditionFailed)
PATH = actions.PATH


async def _once(request: Request, principal: Principal, act: Action) -> Response:
    """Write, and know it at once in this process; others know it within a second."""
    response = await once(request, principal, act)
    forget(core(request).database)
    return response


@router.post(
    PATH, status_code=201, response_model=CustomFieldRead, responses=documents(WrongField, FieldTaken)
)
@hot
async def define_custom_field(body: CustomFieldCreate, request: Request, principal: CanDefine) -> Response:
    """Define an attribute of customers; what is stored under its code already stays as it is."""
    given, rules = body.model_dump(mode="json", by_alias=True), await rules_of(request)
    return await _once(request, principal, lambda tx: actions.define(tx, given, rules.forms))


@router.get(PATH, response_model=CustomFieldPage)
@hot
async def list_custom_fields(
    request: Request, principal: CanRead, place: Paged, kind: CustomerKind | None = None
) -> Response:
    """List the fields in use by code; with `kind`, those that customers of this kind have."""
    pool, kinds = core(request).database.pool, None if kind is None else [kind, FieldKind.ANY]
    return await listed(
        request, place, ("code",), lambda **given: queries.PAGE.all(pool, principal, kind=kinds, **given)
    )


@router.get(PATH + "/schema", response_model=dict[str, Any])
@hot
async def get_custom_field_schema(
    request: Request, _: CanRead, kind: CustomerKind | None = None, language: Language = Language.EN
) -> Response:
    """Read the JSON Schema (draft 2020-12) of `attributes`, of customers of a kind or of all."""
    database = core(request).database
    rows = [row["data"] for row in await queries.EVERY.all(database.pool)]
    wanted = [row for row in rows if kind is None or row["kind"] in {FieldKind.ANY, kind}]
    strict = (await known(database)).strict
    return answer(schema_of(wanted, strict=strict, language=language))


one = KeptRoutes(router, PATH + "/{field_id}", queries.FIELDS, CustomFieldRead, scope="customers")
one.get("Read one field.")


@router.patch(
    PATH + "/{field_id}",
    response_model=CustomFieldChanged,
    responses=documents(NotFound, WrongField, OptionInUse, PreconditionRequired, PreconditionFailed),
)
@hot
async def update_custom_field(
    body: CustomFieldUpdate, request: Request, field_id: UUID, seen: Seen, principal: CanDefine
) -> Response:
    """Apply a JSON merge patch; nothing that is stored is checked again."""
    patch, rules = body.model_dump(mode="json", by_alias=True, exclude_unset=True), await rules_of(request)
    return await _once(request, principal, lambda tx: actions.change(tx, field_id, patch, rules.forms, seen))


@router.delete(PATH + "/{field_id}", status_code=204, responses=CONDITIONAL)
@hot
async def retire_custom_field(request: Request, field_id: UUID, seen: Seen, principal: CanDefine) -> Response:
    """Retire a field: its values stay with the customers, and no new ones are taken."""
    return await _once(request, principal, lambda tx: queries.FIELDS.remove(tx, field_id, seen))


@router.get(
    PATH + "/{field_id}/use", response_model=CustomFieldUse, responses=documents(NotFound, MaskedField)
)
@hot
async def get_custom_field_use(request: Request, field_id: UUID, principal: CanDefine) -> Response:
    """Count the customers that have the field, lack it, and have each of its options."""
    return answer(await queries.use(core(request).database.pool, principal, field_id))


one.history()


@router.get("/v1/custom-field-settings", response_model=CustomFieldSettingsRead)
@hot
async def get_custom_field_settings(request: Request, principal: CanRead) -> Response:
    """Read what holds for all attributes."""
    return await queries.SETTINGS.read(request, principal, queries.SETTINGS_ROW)


@router.put("/v1/custom-field-settings", response_model=CustomFieldSettingsRead, responses=CONDITIONAL)
@hot
async def put_custom_field_settings(
    body: CustomFieldSettingsWrite, request: Request, seen: Seen, principal: CanDefine
) -> Response:
    """Say whether attributes that no field declares are allowed or refused."""
    given = body.model_dump(mode="json")

    return await _once(
        request, principal, lambda tx: queries.SETTINGS.change(tx, queries.SETTINGS_ROW, given, seen)
    )
