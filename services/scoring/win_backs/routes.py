"""Reading whom to win back, and setting what is expected of trying."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.lifecycle.thresholds import STATE_NUMBER, Phase
from services.scoring.settings import add_settings
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
    Unauthenticated,
    documents,
)
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

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


add_settings(
    router,
    "/v1/win-back-settings",
    SETTINGS,
    SETTINGS_ID,
    read=WinBackSettingsRead,
    update=WinBackSettingsUpdate,
    says=("Read what is expected of trying.", "Change what is expected; it counts at once."),
)
