"""Webhooks over HTTP: sources, their payloads, and forms of web pages."""

import time
from dataclasses import replace
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Path, Query, Request, Response

from feed.history import HistoryPage, Stepped
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.mail.routes import CanRead, CanWrite
from services.interaction.mail.taking import media_of
from services.interaction.records.actions import Wanted, recognised, write
from services.interaction.records.answers import counted, customers
from services.interaction.webhooks.mapping import Unmapped, read
from services.interaction.webhooks.original_routes import router as originals_router
from services.interaction.webhooks.payloads import TAKES, payload_of
from services.interaction.webhooks.queries import KEEP_SECRET, PAGE, SOURCES, keep, source_of
from services.interaction.webhooks.receiving import FORM, drafts_of, note_original
from services.interaction.webhooks.schemas import (
    WebhookResults,
    WebhookSecretPut,
    WebhookSourceCreate,
    WebhookSourcePage,
    WebhookSourceRead,
    WebhookSourceUpdate,
)
from services.interaction.webhooks.sealing import opened, seal
from services.interaction.webhooks.signing import BadSignature, Scheme, check
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import (
    Conflict,
    Invalid,
    MalformedJson,
    MaskedField,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooLarge,
    documents,
)
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

PATH = "/v1/webhook-sources"
router = APIRouter(prefix=PATH, tags=["webhooks"])
forms_router = APIRouter(prefix="/v1/webforms", tags=["webhooks"])
SourceCode = Annotated[str, Path(max_length=64, description="The code of a source.")]
DryRun = Annotated[bool, Query(description="Tell what would be made of it, and write nothing.")]
PROBLEMS = documents(NotFound, BadSignature, MaskedField, MalformedJson, TooLarge, Unmapped, Invalid)


class CodeTaken(Conflict):
    """Another source has this code."""

    code, title = "code_taken", "Another source has this code"


@router.post("", status_code=201, response_model=WebhookSourceRead, responses=documents(CodeTaken, Invalid))
@hot
async def create_webhook_source(body: WebhookSourceCreate, request: Request, principal: CanWrite) -> Response:
    """Describe a service that will send messages; its code is the system of their source keys."""
    given = body.model_dump(mode="json", by_alias=True)

    async def act(tx: Transaction) -> Answer:
        try:
            made = await SOURCES.create(tx, given, PATH)
        except asyncpg.UniqueViolationError:
            raise CodeTaken from None
        return replace(made, location=f"{PATH}/{body.code}")

    return await once(request, principal, act)


@router.get("", response_model=WebhookSourcePage, responses=documents(Invalid))
@hot
async def list_webhook_sources(request: Request, principal: CanRead, place: Paged) -> Response:
    """List sources, newest first."""
    pool = core(request).database.pool
    return await listed(request, place, ("id",), lambda **given: PAGE.all(pool, principal, **given))


@router.get("/{code}", response_model=WebhookSourceRead, responses=documents(NotFound))
@hot
async def get_webhook_source(request: Request, code: SourceCode, principal: CanRead) -> Response:
    """Read one source; its secret is never shown."""
    source = await source_of(core(request).database.pool, code)
    return await SOURCES.read(request, principal, source["id"])


@router.get("/{code}/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def get_webhook_source_history(
    request: Request, code: SourceCode, principal: CanRead, place: Stepped
) -> Response:
    """List who changed what of a source, newest first."""
    source = await source_of(core(request).database.pool, code)
    return await SOURCES.past(request, principal, place, source["id"])


@router.patch(
    "/{code}",
    response_model=WebhookSourceRead,
    responses=documents(NotFound, PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def update_webhook_source(
    body: WebhookSourceUpdate, request: Request, code: SourceCode, seen: Seen, principal: CanWrite
) -> Response:
    """Change a source by a merge patch; the new mapping holds for what comes from then on."""
    patch = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if "mapping" in body.model_fields_set:
        patch["mapping"] = body.mapping.model_dump(mode="json", by_alias=True)

    async def act(tx: Transaction) -> Answer:
        source = await source_of(tx.connection, code)
        return await SOURCES.change(tx, source["id"], patch, seen)

    return await once(request, principal, act)


@router.put(
    "/{code}/secret", response_model=WebhookSourceRead, responses=documents(NotFound, MaskedField, Invalid)
)
@hot
async def put_webhook_secret(
    body: WebhookSecretPut, request: Request, code: SourceCode, principal: CanWrite
) -> Response:
    """Set the secret: from then on payloads without its signature are refused."""
    if not principal.personal:
        raise MaskedField

    async def act(tx: Transaction) -> Answer:
        source = await source_of(tx.connection, code)
        sealed = seal(body.secret, core(request).settings.secret)
        await KEEP_SECRET.value(tx.connection, source_id=source["id"], secret=sealed)
        row = await SOURCES.fetch(tx.connection, principal, source["id"])
        return Answer(row["data"], version=row["version"], kept={"id": str(source["id"])})

    return await once(request, principal, act)


@router.post("/{code}/messages", response_model=WebhookResults, responses=PROBLEMS, openapi_extra=TAKES)
@hot
async def receive_webhook(
    request: Request, code: SourceCode, principal: CanWrite, *, dry_run: DryRun = False
) -> Response:
    """Take a payload as it comes: each message is created, updated, left alone or rejected on its own."""
    return await _receive(request, code, principal, dry_run=dry_run)


@forms_router.post("/{code}", response_model=WebhookResults, responses=PROBLEMS, openapi_extra=TAKES)
@hot
async def receive_webform(
    request: Request, code: SourceCode, principal: CanWrite, *, dry_run: DryRun = False
) -> Response:
    """Take what somebody wrote into the form of a web page, whose source has the channel web_form."""
    return await _receive(request, code, principal, dry_run=dry_run, channel=FORM)


async def _receive(
    request: Request, code: str, principal: Principal, *, dry_run: bool, channel: str | None = None
) -> Response:
    held = core(request)
    payload = await request.body()  # first: one that is too long is refused as such, whoever sent it
    source = await source_of(held.database.pool, code)
    if channel is not None and source["channel"] != channel:
        raise NotFound
    _check(request, source, payload)
    messages = read(source["mapping"], await payload_of(request))
    drafts = await drafts_of(source, messages, customers(request), held.clock(), held.settings.country)
    people = await recognised(held.database.pool, customers(request), principal, drafts)

    async def act(tx: Transaction) -> Answer:
        original = None
        if not dry_run:
            original = await keep(tx, source["id"], payload, media_of(request))
            note_original(drafts, original)
        decision = await write(tx, Wanted(INTERACTIONS, drafts, people, dry=dry_run))
        return Answer({"original": original and str(original), **counted(decision)})

    return await once(request, principal, act)


def _check(request: Request, source: Any, body: bytes) -> None:  # noqa: ANN401 - a row
    if source["secret"] is None:
        return
    how = source["signature"] or {"scheme": Scheme.SHA256_HEX, "header": "x-signature"}
    header = how["header"].lower()
    secret = opened(source["secret"], core(request).settings.secret)
    check(Scheme(how["scheme"]), secret, header, request.headers, body=body, now=time.time())


ROUTERS = (router, originals_router, forms_router)
