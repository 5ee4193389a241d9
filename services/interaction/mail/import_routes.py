"""Imports of mailboxes over HTTP: sending one whole or in parts, watching, and what was rejected."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Request, Response

from jobs.routes import Kind, job_router
from services.interaction.base import JOBS
from services.interaction.interactions.catalogue import Direction
from services.interaction.mail import uploading
from services.interaction.mail.importing import KIND, NOTHING
from services.interaction.mail.queries import REJECTED
from services.interaction.mail.routes import CanRead, CanWrite, Towards
from services.interaction.mail.schemas import (
    MailImportCreate,
    MailImportPage,
    MailImportRead,
    MailPartPut,
    MailPartRead,
    MailRejectPage,
)
from services.interaction.mail.taking import either, json_of, raw_of, unpacked
from shared.auth import Principal, Visibility, allow
from shared.database import Transaction
from shared.errors import Conflict, Forbidden, Invalid, MalformedJson, NotFound, TooLarge, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

PATH = "/v1/mail/imports"
MBOX = frozenset(("application/mbox",))
router = APIRouter(prefix="/v1/mail", tags=["mail"])
jobs_router = job_router(
    JOBS,
    Kind(
        KIND,
        PATH,
        "mail_import",
        MailImportRead,
        MailImportPage,
        allow("interactions:read"),
        allow("interactions:write"),
    ),
)


class NotForAll(Forbidden):
    """A mailbox holds mail of anybody: only who sees all customers and personal data may import one."""

    code, title = "not_for_all", "Only who sees every customer, with personal data, may do this"


class OtherUpload(Conflict):
    """The id of an upload is somebody else's."""

    code, title = "other_upload", "This upload is somebody else's"


@router.put(
    "/uploads/{upload_id}/parts/{number}",
    response_model=MailPartRead,
    responses=documents(NotForAll, OtherUpload, MalformedJson, TooLarge, Invalid),
    openapi_extra=either(MBOX, MailPartPut),
)
@hot
async def put_mail_part(
    request: Request, upload_id: UUID, number: Annotated[int, Path(ge=1, le=100_000)], principal: CanWrite
) -> Response:
    """Send one part of a mailbox that is longer than a body may be: any cut will do, parts count from 1."""
    _judge(principal)
    raw = await raw_of(request, MBOX)
    part = unpacked((await json_of(request, MailPartPut)).raw) if raw is None else raw

    async def act(tx: Transaction) -> Answer:
        if not await uploading.put(tx, upload_id, number, part):
            raise OtherUpload
        return Answer({"upload": str(upload_id), "number": number, "size": len(part)})

    return await once(request, principal, act)


@router.post(
    "/imports",
    status_code=202,
    response_model=MailImportRead,
    responses=documents(NotForAll, MalformedJson, TooLarge, Invalid),
    openapi_extra=either(MBOX, MailImportCreate),
)
@hot
async def create_mail_import(request: Request, principal: CanWrite, direction: Towards = None) -> Response:
    """Queue the import of a mailbox: the body itself, or in JSON the parts that were sent before."""
    _judge(principal)
    raw = await raw_of(request, MBOX)
    if raw is None:
        given = await json_of(request, MailImportCreate)
        upload, parts, towards = given.upload, given.parts, given.direction or direction
    else:
        upload, parts, towards = uuid4(), 1, direction

    async def act(tx: Transaction) -> Answer:
        if raw is not None:
            await uploading.put(tx, upload, 1, raw)
        await _check_parts(tx, upload, parts)
        return await _asked(tx, upload, parts, towards)

    return await once(request, principal, act)


@router.get("/imports/{id}/rejected", response_model=MailRejectPage, responses=documents(NotFound, Invalid))
@hot
async def list_mail_rejects(
    request: Request,
    id: UUID,  # noqa: A002 - the path's word
    _: CanRead,
    place: Paged,
) -> Response:
    """List the messages of an import that were not taken, and why."""
    pool = core(request).database.pool
    if await JOBS.sql.one.one(pool, kind=KIND, job=id) is None:
        raise NotFound
    return await listed(request, place, ("number",), lambda **given: REJECTED.all(pool, job=id, **given))


def _judge(principal: Principal) -> None:
    if principal.visibility is not Visibility.ALL or not principal.personal:
        raise NotForAll


async def _check_parts(tx: Transaction, upload: UUID, parts: int) -> None:
    there = await uploading.sizes(tx.connection, upload, tx.principal.id)
    if sorted(there) != list(range(1, parts + 1)):
        detail = "Not all of these parts are here, or more of them."
        raise Invalid(detail, errors=[{"pointer": "/parts", "code": "missing_parts", "detail": detail}])


async def _asked(tx: Transaction, upload: UUID, parts: int, towards: Direction | None) -> Answer:
    given = {"upload": str(upload), "parts": parts, "direction": towards, "source": tx.principal.source}
    job = await JOBS.ask(tx, KIND, given, NOTHING)
    row = await JOBS.sql.one.one(tx.connection, kind=KIND, job=job)
    if row is None:
        raise NotFound
    return Answer(row["data"], 202, row["version"], f"{PATH}/{job}")


ROUTERS = (router, jobs_router)
