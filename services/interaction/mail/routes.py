"""Mail over HTTP: taking one in, what it says, its original, its thread, and whose addresses are ours."""

import asyncio
import zlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.interaction.identities.actions import recognise
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.schemas import InteractionRead
from services.interaction.mail.owners import direction as told_by
from services.interaction.mail.parsing import parse
from services.interaction.mail.queries import ONE, ORIGINAL, settings
from services.interaction.mail.schemas import (
    MailCreate,
    MailRead,
)
from services.interaction.mail.taking import BINARY, either, json_of, raw_of, unpacked
from services.interaction.mail.whose import Correspondents
from services.interaction.mail.writing import Letter, take_in
from services.interaction.records.actions import UnknownCustomer, fetch
from services.interaction.records.answers import customers
from services.interaction.records.drafts import RecordRetired
from shared.auth import Principal, Visibility, allow
from shared.database import Transaction
from shared.errors import (
    Gone,
    Invalid,
    MalformedJson,
    MaskedField,
    NotFound,
    TooLarge,
    documents,
)
from web.app import answer, core
from web.hot import hot
from web.once import Answer, once

router = APIRouter(prefix="/v1/mail", tags=["mail"])
CanRead = Annotated[Principal, allow("interactions:read")]
CanWrite = Annotated[Principal, allow("interactions:write")]
Towards = Annotated[Direction | None, Query(description="Where our own addresses do not tell it.")]
RAW = frozenset(("message/rfc822", "message/global"))
SMALL = 32 << 10  # bytes that are read at once; more of them must not hold up other requests
AGAIN = "It was here already; nothing was written."


class OriginalNotKept(Gone):
    """The original was too large to be kept."""

    code, title = "original_not_kept", "The original was not kept"


@router.post(
    "",
    status_code=201,
    response_model=InteractionRead,
    responses={
        200: {"model": InteractionRead, "description": AGAIN},
        **documents(UnknownCustomer, MaskedField, RecordRetired, MalformedJson, TooLarge, Invalid),
    },
    openapi_extra=either(RAW, MailCreate),
)
@hot
async def create_mail(request: Request, principal: CanWrite, direction: Towards = None) -> Response:
    """Take in a mail as it came: 201 with its interaction; 200 if it is here already, whatever way it took.

    Any bytes are taken; what is wrong with them is said in `defects` of the mail. It belongs to the
    customer who alone has the address of the other side, else to a stranger of that address.
    """
    raw = await raw_of(request, RAW)
    if raw is None:
        given = await json_of(request, MailCreate)
        raw, direction = unpacked(given.raw), given.direction or direction
    mail = parse(raw) if len(raw) < SMALL else await asyncio.to_thread(parse, raw)
    pool = core(request).database.pool
    own, keep_up_to = await settings(pool)
    towards = direction or told_by(mail, own)
    (whose,) = await Correspondents(customers(request), pool, own).of([(mail, towards)])
    closely = principal.visibility is not Visibility.ALL
    people = await recognise(pool, customers(request), {whose}, closely=closely)
    letter = Letter(mail, raw, towards, whose)

    async def act(tx: Transaction) -> Answer:
        told = (await take_in(tx, [letter], people, own=own, keep_up_to=keep_up_to))[0]
        if isinstance(told, UUID):
            return await _shown(tx, told, 200)
        if told.problem is not None or told.held is None:
            raise told.problem or NotFound()
        return await _shown(tx, told.held.id, 201)

    return await once(request, principal, act)


async def _shown(tx: Transaction, id_: UUID, status: int) -> Answer:
    try:
        row = await fetch(tx.connection, tx.principal, INTERACTIONS, id_)
    except NotFound:  # it is here, but not for these eyes: as if its customer were unknown
        raise UnknownCustomer from None
    location = INTERACTIONS.location(id_) if status == 201 else None
    return Answer(row["data"], status, row["version"], location, (id_,))


@router.get("/{mail_id}", response_model=MailRead, responses=documents(NotFound))
@hot
async def get_mail(request: Request, mail_id: UUID, principal: CanRead) -> Response:
    """Show what is known of a mail beside its interaction, which has the same id."""
    row = await ONE.one(core(request).database.pool, principal, id=mail_id)
    if row is None:
        raise NotFound
    return answer(row["data"])


@router.get(
    "/{mail_id}/original",
    response_class=Response,
    responses={
        200: {"description": "The bytes as they came.", "content": {"message/rfc822": {"schema": BINARY}}},
        **documents(NotFound, MaskedField, OriginalNotKept),
    },
)
@hot
async def get_mail_original(request: Request, mail_id: UUID, principal: CanRead) -> Response:
    """Give a mail back as it came; 403 for who may not read personal data, 410 if it was not kept."""
    if not principal.personal:
        raise MaskedField
    row = await ORIGINAL.one(core(request).database.pool, principal, id=mail_id)
    if row is None:
        raise NotFound
    if row["content"] is None:
        raise OriginalNotKept(row["reason"])
    headers = {
        "content-disposition": f'attachment; filename="{mail_id}.eml"',
        "x-content-type-options": "nosniff",
    }
    return Response(zlib.decompress(row["content"]), media_type="message/rfc822", headers=headers)
