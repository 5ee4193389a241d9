"""Payloads as they came, over HTTP."""

import zlib
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.interaction.mail.routes import CanRead
from services.interaction.mail.taking import BINARY
from services.interaction.webhooks.queries import ORIGINAL
from shared.auth import Visibility
from shared.errors import Forbidden, MaskedField, NotFound, documents
from web.app import core
from web.hot import hot

router = APIRouter(prefix="/v1/webhook-originals", tags=["webhooks"])


@router.get(
    "/{id}",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes as they came.",
            "content": {"application/octet-stream": {"schema": BINARY}},
        },
        **documents(NotFound, MaskedField, Forbidden),
    },
)
@hot
async def get_webhook_original(
    request: Request,
    id: UUID,  # noqa: A002 - the path's word
    principal: CanRead,
) -> Response:
    """Give a payload back as it came, to who sees all customers and personal data."""
    if not principal.personal or principal.visibility is not Visibility.ALL:
        raise MaskedField
    row = await ORIGINAL.one(core(request).database.pool, id=id)
    if row is None:
        raise NotFound
    headers = {"x-content-type-options": "nosniff", "content-disposition": "attachment"}
    return Response(zlib.decompress(row["content"]), media_type=row["media_type"], headers=headers)
