"""Reading where relations stand and how they moved, and setting the limits that decide it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.between import TwoDays
from services.scoring.charts.specification import Included
from services.scoring.identities.queries import current_id, seen
from services.scoring.lifecycle.flow import drawn, summed
from services.scoring.lifecycle.judging import Basis, judged
from services.scoring.lifecycle.limits import LifecycleSettingsRead, LifecycleSettingsUpdate
from services.scoring.lifecycle.queries import FLOW, ONE, PAGE
from services.scoring.lifecycle.schemas import (
    LifecycleDetail,
    LifecycleFlow,
    LifecyclePage,
)
from services.scoring.lifecycle.settings import SETTINGS, SETTINGS_ID
from services.scoring.lifecycle.thresholds import RULES, STATE_NUMBER, STATES, Ground, Phase
from services.scoring.lifecycle.trajectory import Outcome
from services.scoring.settings import add_settings
from services.scoring.states.history import EPOCH
from shared.auth import Principal, allow
from shared.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    documents,
)
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(tags=["lifecycles"])
CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]
_MEASURES = ("gap_typical", "gap_limit", "p_alive", "cv", "growth_t", "margin_change")


@router.get(
    "/v1/lifecycles", response_model=LifecyclePage, responses=documents(Unauthenticated, Forbidden, Invalid)
)
@hot
async def list_lifecycles(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    state: Phase | None = None,
    changed_since: Annotated[Day | None, Query(description="Only who came into the state since.")] = None,
) -> Response:
    """List where the relations with customers stand, by customer."""
    pool = core(request).database.pool
    chosen = {"state": None if state is None else STATE_NUMBER[state], "changed_since": changed_since}
    return await listed(
        request, place, ("customer_id",), lambda **given: PAGE.all(pool, principal, **chosen, **given)
    )


@router.get(
    "/v1/lifecycles/{customer}",
    response_model=LifecycleDetail,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def get_lifecycle(
    request: Request,
    principal: CanRead,
    customer: Annotated[str, Path(max_length=300, description="An id, or `<system>:<external id>`.")],
) -> Response:
    """Return where a relation stands, why, and how it came there, as its facts are at this moment."""
    held = core(request)
    pool = held.database.pool
    id_ = UUID(int=(await current_id(pool, customer)).int)
    await seen(pool, principal, id_)
    kept = await ONE.one(pool, principal, id=id_)
    shown = {"id": kept and UUID(int=kept["id"].int), "customer_id": id_}
    async with pool.acquire() as on:
        basis = await Basis.read(on)
        if basis is None:
            return answer({**shown, **_NOTHING})
        today = held.clock().date()
        found = await judged(on, basis, [id_], today)
    return answer({**shown, "as_of": basis.as_of(today), **_told(found)})


@router.get(
    "/v1/lifecycle-flow",
    response_model=LifecycleFlow,
    responses=documents(Unauthenticated, Forbidden, Invalid),
)
@hot
async def get_lifecycle_flow(
    request: Request, principal: CanRead, days: TwoDays, include: Included = None
) -> Response:
    """Count who was in which state on two days, and who went from which into which."""
    rows = await FLOW.all(core(request).database.pool, principal, **days._asdict())
    flow = {**days._asdict(), **summed((row[0], row[1], row[2]) for row in rows)}
    return answer({**flow, "chart": drawn(flow) if include else None})


add_settings(
    router,
    "/v1/lifecycle-settings",
    SETTINGS,
    SETTINGS_ID,
    read=LifecycleSettingsRead,
    update=LifecycleSettingsUpdate,
    says=("Read the limits in force.", "Change limits; everybody is then judged anew in the background."),
)


_NOTHING: Mapping[str, Any] = {
    "as_of": None,
    "state": Phase.PROSPECT,
    "since": None,
    "rule": Ground.NO_ORDER,
    "value": None,
    "limit": None,
    "numbers": None,
    "trajectory": [],
}


def _told(found: Outcome) -> dict[str, Any]:
    """Return what was judged of one customer."""
    changes = found.changes
    columns = (changes.day, changes.state, changes.rule, changes.value, changes.limit)
    steps = [
        {
            "day": _day(int(day)),
            "state": STATES[state],
            "rule": RULES[rule],
            "value": _known(value),
            "limit": _known(limit),
        }
        for day, state, rule, value, limit in zip(*columns, strict=True)
    ]
    last: Mapping[str, Any] = steps[-1] if steps else {**_NOTHING, "day": None}
    return {
        "state": STATES[found.state[0]],
        "since": last["day"],
        **{name: last[name] for name in ("rule", "value", "limit")},
        "numbers": _numbers(found) if steps else None,
        "trajectory": steps,
    }


def _numbers(found: Outcome) -> dict[str, Any]:
    signals = found.signals
    whole = {name: int(getattr(signals, name)[0]) for name in ("orders", "tenure", "gap", "new_categories")}
    return whole | {name: _known(getattr(signals, name)[0]) for name in _MEASURES}


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _day(number: int) -> date:
    return EPOCH + timedelta(number)
