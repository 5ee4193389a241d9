"""Routes of the catalogue of channels."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from feed.history import HistoryPage, Stepped
from services.interaction.channels import actions
from services.interaction.channels.actions import (
    PATH,
    ChannelBuiltIn,
    ChannelInUse,
    ChannelTaken,
    TooManyChannels,
)
from services.interaction.channels.queries import CHANNELS, EVERY, FIXED
from services.interaction.channels.schemas import ChannelCatalogue, ChannelCreate, ChannelRead, ChannelUpdate
from services.interaction.interactions.known import forget
from shared.auth import Principal, allow
from shared.errors import NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.once import Action, once

router = APIRouter(prefix=PATH, tags=["channels"])
CanRead = Annotated[Principal, allow("interactions:read")]
CanWrite = Annotated[Principal, allow("interactions:write")]
Code = Annotated[str, Path(max_length=64, description="A channel's code.")]
CONDITIONAL = (NotFound, PreconditionRequired, PreconditionFailed)


async def _once(request: Request, principal: Principal, act: Action) -> Response:
    """Write, and know it at once in this process; others know it within a second."""
    response = await once(request, principal, act)
    forget(core(request).database)
    return response


@router.get("", response_model=ChannelCatalogue)
@hot
async def list_channels(request: Request, _: CanRead) -> Response:
    """Show the two-way channels in their groups, the directions and the purposes, in three scripts."""
    rows = await EVERY.all(core(request).database.pool)
    return answer({"items": [row["data"] for row in rows], **FIXED})


@router.post(
    "", status_code=201, response_model=ChannelRead, responses=documents(ChannelTaken, TooManyChannels)
)
@hot
async def create_channel(body: ChannelCreate, request: Request, principal: CanWrite) -> Response:
    """Add a channel of your own to one of the groups."""
    given = body.model_dump(by_alias=True)
    return await _once(request, principal, lambda tx: actions.create(tx, given))


@router.get("/{channel}", response_model=ChannelRead, responses=documents(NotFound))
@hot
async def get_channel(request: Request, channel: Code, principal: CanRead) -> Response:
    """Show one channel."""
    id_ = await actions.meant(core(request).database.pool, channel)
    return await CHANNELS.read(request, principal, id_)


@router.patch("/{channel}", response_model=ChannelRead, responses=documents(*CONDITIONAL, ChannelBuiltIn))
@hot
async def update_channel(
    body: ChannelUpdate, request: Request, channel: Code, seen: Seen, principal: CanWrite
) -> Response:
    """Change a channel of your own, or retire any: contacts after `retired_at` are refused then."""
    patch = body.model_dump(by_alias=True, exclude_unset=True)
    return await _once(request, principal, lambda tx: actions.change(tx, channel, patch, seen))


@router.delete("/{channel}", status_code=204, responses=documents(*CONDITIONAL, ChannelInUse))
@hot
async def delete_channel(request: Request, channel: Code, seen: Seen, principal: CanWrite) -> Response:
    """Delete a channel of your own that no contact was ever recorded through."""
    return await _once(request, principal, lambda tx: actions.remove(tx, channel, seen))


@router.get("/{channel}/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def get_channel_history(
    request: Request, channel: Code, principal: CanRead, place: Stepped
) -> Response:
    """List who changed what of a channel, newest first."""
    id_ = await actions.meant(core(request).database.pool, channel)
    return await CHANNELS.past(request, principal, place, id_)
