"""Champions over HTTP: approving a version, going back to one, and the settings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.scoring.champions.actions import NoChampion, approve
from services.scoring.champions.queries import SETTINGS, SETTINGS_ID
from services.scoring.champions.schemas import ChampionApprove, ScoringSettingsRead, ScoringSettingsUpdate
from services.scoring.runs.actions import ask
from services.scoring.runs.schemas import RunReason, ScoringRunCreate
from services.scoring.versions.schemas import EstimatorVersionRead
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.once import Answer, once

CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]
router = APIRouter(prefix="/v1/estimators", tags=["estimators"])
settings_router = APIRouter(prefix="/v1/scoring-settings", tags=["scoring-settings"])


@router.post(
    "/{id}/approve",
    response_model=EstimatorVersionRead,
    responses=documents(NotFound, NoChampion, PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def approve_estimator(
    body: ChampionApprove,
    request: Request,
    seen: Seen,
    id: UUID,  # noqa: A002 - the path's word
    principal: CanRun,
) -> Response:
    """Make a version the champion; an earlier champion is gone back to in the same way."""

    async def act(tx: Transaction) -> Answer:
        done = await approve(tx, id, seen, body.reason)
        if body.rescore:
            wanted = ScoringRunCreate(estimator_version=id)
            await ask(tx, wanted, currency=core(request).settings.currency, reason=RunReason.APPROVED)
        return done

    return await once(request, principal, act)


@settings_router.get("", response_model=ScoringSettingsRead)
@hot
async def get_scoring_settings(request: Request, principal: CanRead) -> Response:
    """Read the settings."""
    return await SETTINGS.read(request, principal, SETTINGS_ID)


@settings_router.put(
    "",
    response_model=ScoringSettingsRead,
    responses=documents(PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def put_scoring_settings(
    body: ScoringSettingsUpdate, request: Request, seen: Seen, principal: CanRun
) -> Response:
    """Change the settings; what is absent stays."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: SETTINGS.change(tx, SETTINGS_ID, patch, seen))


ROUTERS = (router, settings_router)
