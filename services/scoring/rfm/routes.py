"""Reading RFM."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.charts.specification import Included
from services.scoring.rfm.cells import drawn, filled
from services.scoring.rfm.queries import CELLS
from services.scoring.rfm.schemas import RfmReport
from services.scoring.runs.queries import NEWEST
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, Unauthenticated, documents
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/rfm", tags=["tiers"])
CanRead = Annotated[Principal, allow("scores:read")]


@router.get("", response_model=RfmReport, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def get_rfm(request: Request, principal: CanRead, include: Included = None) -> Response:
    """Count the customers that you see, and their money, by recency, frequency and money."""
    held = core(request)
    run = await NEWEST.one(held.database.pool)
    rows = await CELLS.all(held.database.pool, principal)
    currency = held.settings.currency if run is None else run["currency"]
    cells = filled(map(dict, rows), currency)
    return answer(
        {
            "as_of": run and run["as_of"],
            "run_id": run and UUID(int=run["id"].int),
            "customers": sum(cell["customers"] for cell in cells),
            "cells": cells,
            "chart": drawn(cells) if include else None,
        }
    )
