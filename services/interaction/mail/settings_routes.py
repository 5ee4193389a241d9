"""Whose addresses are ours, and which originals are kept, over HTTP."""

from fastapi import APIRouter, Request, Response

from services.interaction.mail.queries import SETTINGS, SETTINGS_ID
from services.interaction.mail.routes import CanRead, CanWrite
from services.interaction.mail.schemas import MailSettingsRead, MailSettingsUpdate
from shared.errors import Invalid, PreconditionFailed, PreconditionRequired, documents
from web.etag import Seen
from web.hot import hot
from web.once import once

router = APIRouter(prefix="/v1/mail", tags=["mail"])


@router.get("/settings", response_model=MailSettingsRead)
@hot
async def get_mail_settings(request: Request, principal: CanRead) -> Response:
    """Read whose addresses are ours, and up to which size originals are kept."""
    return await SETTINGS.read(request, principal, SETTINGS_ID)


@router.put(
    "/settings",
    response_model=MailSettingsRead,
    responses=documents(PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def put_mail_settings(
    body: MailSettingsUpdate, request: Request, seen: Seen, principal: CanWrite
) -> Response:
    """Change the settings; they hold for what comes from then on."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: SETTINGS.change(tx, SETTINGS_ID, patch, seen))
