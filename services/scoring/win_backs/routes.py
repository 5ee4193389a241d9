"""Reading whom to win back, and setting what is expected of trying."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.lifecycle.thresholds import STATE_NUMBER, Phase
from services.scoring.win_backs.queries import RANKED, SETTINGS, SETTINGS_ID
from services.scoring.win_backs.schemas import (
    Leaving,
    WinBackPage,
    WinBackSettingsRead,
    WinBackSettingsUpdate,
)
from shared.auth import Principal, allow
from shared.errors import (
    Forbidden,
    Invalid,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    documents,
)
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(tags=["lifecycles"])
CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]


@router.get(
    "/v1/win-backs", response_model=WinBackPage, responses=documents(Unauthenticated, Forbidden, Invalid)
)
@hot
async def list_win_backs(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    state: Leaving | None = None,
    min_gain: Annotated[
        float | None, Query(ge=-1e12, le=1e12, description="In the scores' currency.")
    ] = None,
) -> Response:
    """List lost and declining customers by what trying to bring them back is worth, the most first."""
    pool = core(request).database.pool
    chosen = {
        "state": None if state is None else STATE_NUMBER[Phase(state.value)],
        "min_gain": min_gain,
    }
    return await listed(
        request,
        place,
        ("gain", "customer_id"),
        lambda **given: RANKED.all(pool, principal, **chosen, **given),
    )


@router.get("/v1/win-back-settings", response_model=WinBackSettingsRead)
@hot
async def get_win_back_settings(request: Request, principal: CanRead) -> Response:
    """Read what is expected of trying."""
    return await SETTINGS.read(request, principal, SETTINGS_ID)


@router.put(
    "/v1/win-back-settings",
    response_model=WinBackSettingsRead,
    responses=documents(PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def put_win_back_settings(
    body: WinBackSettingsUpdate, request: Request, seen: Seen, principal: CanRun
) -> Response:
    """Change what is expected; it counts at once."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: SETTINGS.change(tx, SETTINGS_ID, patch, seen))
