"""Routes of campaigns, their audiences, their figures, and the orders that they claim."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.campaigns.attribution import CLAIMED
from services.interaction.campaigns.figures import code_of, figures
from services.interaction.campaigns.kind import CAMPAIGNS, NotACampaign
from services.interaction.campaigns.members import MEMBERS
from services.interaction.campaigns.schemas import (
    AttributedOrders,
    AttributionRule,
    CampaignFigures,
    CampaignForm,
    MemberStatus,
)
from services.interaction.records.actions import fetch
from services.interaction.records.parameters import Named, Word
from services.interaction.records.routes import record_routes
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

CanRead = Annotated[Principal, allow("orders:read")]
Within = Annotated[int, Query(ge=1, le=366, description="An order comes at most so many days after a touch.")]


async def _campaigns(form: CampaignForm | None = None) -> Mapping[str, Any]:
    """Choose among campaigns."""
    return {"form": form}


async def _members(campaign: Word = None, status: MemberStatus | None = None) -> Mapping[str, Any]:
    """Choose among members of audiences."""
    return {"campaign": campaign, "status": status}


router = record_routes(
    CAMPAIGNS,
    scope="orders",
    says="Announce a campaign or an event under its code.",
    filters=_campaigns,
    problems=(NotACampaign,),
)
members = record_routes(
    MEMBERS, scope="orders", says="Take a customer into the audience of a campaign.", filters=_members
)
effects = APIRouter(prefix="/v1/campaigns/{campaign_id}", tags=["campaigns"])


@effects.get("/figures", response_model=CampaignFigures, responses=documents(NotFound, Invalid))
@hot
async def get_campaign_figures(
    request: Request,
    campaign_id: Named,
    principal: CanRead,
    rule: AttributionRule = AttributionRule.LAST_TOUCH,
    days: Within = 30,
) -> Response:
    """Show whom a campaign was meant for and touched, who answered, what it may claim, and what it cost."""
    pool = core(request).database.pool
    campaign = await fetch(pool, principal, CAMPAIGNS, campaign_id)
    code = await code_of(pool, campaign["id"])
    return answer(await figures(pool, principal, code, rule, days))


@effects.get("/orders", response_model=AttributedOrders, responses=documents(NotFound, Invalid))
@hot
async def list_campaign_orders(
    request: Request,
    campaign_id: Named,
    principal: CanRead,
    place: Paged,
    *,
    rule: AttributionRule = AttributionRule.LAST_TOUCH,
    days: Within = 30,
) -> Response:
    """List the orders that a campaign may claim by a rule, each with the touches that it claims it for."""
    pool = core(request).database.pool
    campaign = await fetch(pool, principal, CAMPAIGNS, campaign_id)
    given = {"code": await code_of(pool, campaign["id"]), "days": days}
    return await listed(
        request, place, ("id",), lambda **page: CLAIMED[rule].all(pool, principal, **given, **page)
    )


ROUTERS = (effects, router, members)
