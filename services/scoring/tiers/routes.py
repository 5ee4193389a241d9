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

from services.scoring.runs.queries import NEWEST
from services.scoring.scores.queries import SEGMENTS
from services.scoring.scores.ranking import TIERS
from services.scoring.tiers.concentration import gini
from services.scoring.tiers.queries import BY_TIER
from services.scoring.tiers.schemas import TierPyramid
from shared.auth import Principal, allow
from shared.errors import Forbidden, Unauthenticated, documents
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/tiers", tags=["tiers"])
CanRead = Annotated[Principal, allow("scores:read")]


@router.get("", response_model=TierPyramid, responses=documents(Unauthenticated, Forbidden))
@hot
async def list_tiers(request: Request, principal: CanRead) -> Response:
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
    spread = await asyncio.to_thread(gini, np.concatenate(values)) if values else None
    return answer(
        {
            "as_of": run and run["as_of"],
            "run_id": run and UUID(int=run["id"].int),
            "customers": customers,
            "items": items,
            "gini": spread,
        }
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
