"""Reading the value pyramid."""

import asyncio
import math
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import numpy as np
from asyncpg import Record
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.between import TwoDays
from services.scoring.charts.specification import Included
from services.scoring.runs.queries import NEWEST
from services.scoring.scores.queries import SEGMENTS
from services.scoring.scores.ranking import TIERS
from services.scoring.settings import add_settings
from services.scoring.tiers import migration
from services.scoring.tiers.concentration import gini, top_share
from services.scoring.tiers.cuts import TierSettingsRead, TierSettingsUpdate
from services.scoring.tiers.pyramid import drawn
from services.scoring.tiers.queries import BY_TIER
from services.scoring.tiers.schemas import TierMigration, TierPyramid
from services.scoring.tiers.settings import SETTINGS, SETTINGS_ID, applied, asked
from shared.auth import Principal, allow
from shared.errors import (
    Forbidden,
    Invalid,
    Unauthenticated,
    documents,
)
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/tiers", tags=["tiers"])
migration_router = APIRouter(prefix="/v1/tier-migration", tags=["tiers"])
settings_router = APIRouter(prefix="/v1/tier-settings", tags=["tiers"])
CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]


@router.get("", response_model=TierPyramid, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_tiers(request: Request, principal: CanRead, include: Included = None) -> Response:
    """Return the value pyramid of the customers that you see: VIP, major, ordinary, small."""
    held = core(request)
    run = await NEWEST.one(held.database.pool)
    rows = {row["tier"]: row for row in await BY_TIER.all(held.database.pool, principal)}
    customers = sum(row["customers"] for row in rows.values())
    total = math.fsum(row["value"] for row in rows.values())
    currency = held.settings.currency if run is None else run["currency"]
    items = [
        _tier(at, rows.get(at), {"customers": customers, "value": total, "currency": currency})
        for at in range(1, len(TIERS) + 1)
    ]
    values = [np.array(row["values"]) for row in rows.values()]
    every = np.concatenate(values) if values else np.array([])
    spread, fifth = await asyncio.gather(*(asyncio.to_thread(of, every) for of in (gini, top_share)))
    cut, wanted = applied(run), await asked(held.database.pool)
    return answer(
        {
            "as_of": run and run["as_of"],
            "run_id": run and UUID(int=run["id"].int),
            "customers": customers,
            "items": items,
            "gini": spread,
            "top_fifth_share": fifth,
            "cut": cut,
            "next_cut": None if wanted == cut else wanted,
            "chart": drawn(items) if include else None,
        }
    )


@migration_router.get(
    "", response_model=TierMigration, responses=documents(Unauthenticated, Forbidden, Invalid)
)
@hot
async def get_tier_migration(
    request: Request, principal: CanRead, days: TwoDays, include: Included = None
) -> Response:
    """Count who moved from which tier into which, between two days."""
    rows = await migration.MOVED.all(core(request).database.pool, principal, **days._asdict())
    found = {**days._asdict(), **migration.summed(rows)}
    return answer({**found, "chart": migration.drawn(found) if include else None})


add_settings(
    settings_router,
    "",
    SETTINGS,
    SETTINGS_ID,
    read=TierSettingsRead,
    update=TierSettingsUpdate,
    says=(
        "Read what tiers are cut by from the next run on.",
        "Change what tiers are cut by; a run that applies it to everybody is begun at once.",
    ),
)


def _tier(at: int, row: Record | None, whole: Mapping[str, Any]) -> dict[str, Any]:
    customers, value, realized = (row["customers"], row["value"], row["realized"]) if row else (0, 0.0, 0.0)
    return {
        "tier": TIERS[at - 1],
        "segment": SEGMENTS[at - 1],
        "customers": customers,
        "share": customers / whole["customers"] if whole["customers"] else 0.0,
        "value": _money(value, whole["currency"]),
        "value_share": value / whole["value"] if whole["value"] > 0 else None,
        "realized": _money(realized, whole["currency"]),
    }


def _money(amount: float, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": currency}


ROUTERS = (router, migration_router, settings_router)
