"""What came of a campaign: whom it was meant for, touched and moved, what they bought, what it cost."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Uuid, bindparam, func, select, union_all
from sqlalchemy.orm import aliased

from services.interaction.campaigns.attribution import BUYERS, CODE, INBOUND, SUMMED, TOUCH, text_of
from services.interaction.campaigns.models import Campaign, CampaignMember
from services.interaction.campaigns.schemas import AttributionRule, MemberStatus
from services.interaction.costs.models import Cost, SharedCost
from services.interaction.identities.models import Identity
from services.interaction.interactions.models import Interaction
from services.interaction.orders.amounts import money
from shared.auth import Principal
from shared.statements import Runner, Statement, Visible, visible

_CODE = Statement(select(Campaign.code).where(Campaign.id == bindparam("id", type_=Uuid)))
_its = aliased(Identity, name="its")


def _distinct(customers: Any) -> Visible:  # noqa: ANN401 - a select of current ids
    those = customers.subquery("those")
    return visible(
        select(func.count(Identity.original_id.distinct())).join_from(
            those, Identity, Identity.original_id == those.c[0]
        ),
        Identity,
    )


def _members(*statuses: MemberStatus) -> Any:  # noqa: ANN401 - as above
    found = select(_its.current_id).join_from(
        CampaignMember, _its, _its.original_id == CampaignMember.customer_id
    )
    found = found.where(CampaignMember.campaign == CODE)
    return found.where(CampaignMember.status.in_(map(text_of, statuses))) if statuses else found


_answered = (
    select(_its.current_id)
    .join_from(Interaction, _its, _its.original_id == Interaction.customer_id)
    .where(Interaction.campaign == CODE, Interaction.direction == INBOUND)
)
_COUNTS = {
    "audience": _distinct(_members()),
    "touched": _distinct(select(TOUCH.c.customer_id).where(TOUCH.c.campaign == CODE)),
    "responded": _distinct(union_all(_answered, _members(MemberStatus.RESPONDED, MemberStatus.ATTENDED))),
}
_OWN = visible(
    select(Cost.currency, func.sum(Cost.amount).label("amount"))
    .where(Cost.campaign == CODE)
    .group_by(Cost.currency),
    Cost,
)
_SHARED = Statement(
    select(SharedCost.currency, func.sum(SharedCost.amount).label("amount"))
    .where(SharedCost.campaign == CODE)
    .group_by(SharedCost.currency)
)


async def code_of(on: Runner, campaign_id: UUID) -> str:
    """Return the code of a campaign that is there."""
    return str(await _CODE.value(on, id=campaign_id))


async def figures(
    on: Runner, principal: Principal, code: str, rule: AttributionRule, days: int
) -> dict[str, Any]:
    """Return the figures of a campaign, over the customers whom the principal sees."""
    counts = {name: await count.value(on, principal, code=code) for name, count in _COUNTS.items()}
    sold = await SUMMED[rule].all(on, principal, code=code, days=days)
    paid = [*await _OWN.all(on, principal, code=code), *await _SHARED.all(on, code=code)]
    buyers = await BUYERS[rule].value(on, principal, code=code, days=days)
    return {"code": code, "rule": rule, "days": days, **counts, "buyers": buyers, "money": _money(sold, paid)}


def _money(sold: list[Record], paid: list[Record]) -> list[dict[str, Any]]:
    cost = defaultdict[str, Decimal](Decimal)
    for row in paid:
        cost[row["currency"]] += row["amount"]
    by_currency = {row["currency"]: row for row in sold}
    return [
        _in_currency(currency, by_currency.get(currency), cost[currency])
        for currency in sorted(by_currency.keys() | cost.keys())
    ]


def _in_currency(currency: str, sold: Record | None, cost: Decimal) -> dict[str, Any]:
    return {
        "currency": currency,
        "orders": sold["orders"] if sold else 0,
        "revenue": money(sold["revenue"] if sold else Decimal()),
        "margin": money(sold["margin"] if sold else Decimal()),
        "orders_without_margin": sold["orders_without_margin"] if sold else 0,
        "cost": money(cost),
    }
