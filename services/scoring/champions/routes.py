"""Champions over HTTP: approving a version, going back to one, and the settings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.scoring.champions.actions import NoChampion, approve
from services.scoring.champions.queries import SETTINGS, SETTINGS_ID
from services.scoring.champions.schemas import ChampionApprove, ScoringSettingsRead, ScoringSettingsUpdate
from services.scoring.runs.actions import ask
from services.scoring.runs.schemas import RunReason, ScoringRunCreate
from services.scoring.settings import add_settings
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


add_settings(
    settings_router,
    "",
    SETTINGS,
    SETTINGS_ID,
    read=ScoringSettingsRead,
    update=ScoringSettingsUpdate,
    says=("Read the settings.", "Change the settings; what is absent stays."),
)


ROUTERS = (router, settings_router)
