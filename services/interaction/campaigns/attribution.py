"""Which orders a campaign may claim, by which rule: every order is claimed once, whole or in parts."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import Grouping

from services.interaction.campaigns.models import CampaignMember
from services.interaction.campaigns.schemas import AttributionRule, MemberStatus
from services.interaction.identities.models import Identity
from services.interaction.interactions.models import Interaction
from services.interaction.orders.models import Order
from services.interaction.orders.statuses import NOT_OWED
from shared.statements import Visible, json_object, visible

CODE = bindparam("code", type_=Text)
DAYS = bindparam("days", type_=Integer)
ONE, ZERO = literal_column("1", Integer), literal_column("0", Integer)


def text_of(value: str) -> ColumnElement[Any]:
    """Return a constant."""
    return literal_column(f"'{value}'", Text)


INBOUND = text_of("inbound")
_its = aliased(Identity, name="its")


def _touches() -> CTE:
    """Every contact that a campaign made, and every visit of its event: by whom, when, for which campaign."""
    made = (
        select(
            _its.current_id.label("customer_id"), Interaction.occurred_at.label("at"), Interaction.campaign
        )
        .join_from(Interaction, _its, _its.original_id == Interaction.customer_id)
        .where(Interaction.campaign.is_not(None), Interaction.direction != INBOUND)
    )
    came = (
        select(_its.current_id, CampaignMember.occurred_at, CampaignMember.campaign)
        .join_from(CampaignMember, _its, _its.original_id == CampaignMember.customer_id)
        .where(CampaignMember.status == text_of(MemberStatus.ATTENDED))
    )
    return union_all(made, came).cte("touch")


TOUCH = _touches()
_others = aliased(TOUCH, name="others")
_mine = TOUCH.c.campaign == CODE


def _part(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a campaign's part of an amount, so that those of all campaigns, by their codes, add up to it."""
    every = cast(func.count(), Numeric)
    upto = func.count().filter(TOUCH.c.campaign <= CODE)
    before = func.count().filter(TOUCH.c.campaign < CODE)
    places = func.scale(amount)
    return func.round(amount * upto / every, places) - func.round(amount * before / every, places)


def _goods() -> ColumnElement[Any]:
    """Return what an order's goods cost, null unless that of each line is known."""
    line = (
        func.jsonb_to_recordset(Order.lines)
        .table_valued(column("cost", Numeric))
        .render_derived(name="line", with_types=True)
    )
    known = func.bool_and(line.c.cost.is_not(None))
    cost = case((known, func.sum(line.c.cost)))
    return select(cost).select_from(line).correlate(Order).scalar_subquery()


def _first(*, latest: bool) -> ColumnElement[Any]:
    when: Any = TOUCH.c.at.desc() if latest else TOUCH.c.at
    ordered = func.array_agg(aggregate_order_by(TOUCH.c.campaign, when, TOUCH.c.campaign))
    return Grouping(ordered)[1]


def _claimed(rule: AttributionRule) -> Select[Any]:
    """Select the orders that the campaign `:code` claims of all that came at most `:days` after a touch."""
    sold = (
        select(Order, _its.current_id, _goods().label("goods"))
        .join_from(Order, _its, _its.original_id == Order.customer_id)
        .where(
            Order.status.not_in([text_of(status) for status in sorted(NOT_OWED)]),
            _its.current_id.in_(select(_others.c.customer_id).where(_others.c.campaign == CODE)),
        )
        .subquery("sold")
    )
    day: ColumnElement[Any] = literal_column("interval '1 day'")
    within = and_(TOUCH.c.at <= sold.c.occurred_at, TOUCH.c.at >= sold.c.occurred_at - DAYS * day)
    touches, every = func.count().filter(_mine), func.count()
    margin = sold.c.total - sold.c.goods
    if rule is AttributionRule.LINEAR:
        share, amount, gained = cast(touches, Numeric) / every, _part(sold.c.total), _part(margin)
        claims = touches > ZERO
    else:
        share, amount, gained = cast(ONE, Numeric), sold.c.total, margin
        claims = _first(latest=rule is AttributionRule.LAST_TOUCH) == CODE
    return (
        select(
            sold.c.id,
            sold.c.current_id.label("customer_id"),
            sold.c.occurred_at.label("placed_at"),
            sold.c.currency,
            touches.label("touches"),
            every.label("of_touches"),
            func.min(TOUCH.c.at).filter(_mine).label("touched_first"),
            func.max(TOUCH.c.at).filter(_mine).label("touched_last"),
            share.label("share"),
            amount.label("amount"),
            gained.label("margin"),
        )
        .join_from(sold, TOUCH, and_(TOUCH.c.customer_id == sold.c.current_id, within))
        .group_by(
            sold.c.id,
            sold.c.current_id,
            sold.c.occurred_at,
            sold.c.currency,
            sold.c.total,
            sold.c.goods,
        )
        .having(claims)
    )


def _listed(rule: AttributionRule) -> Visible:
    claimed = _claimed(rule).subquery("claimed")
    plain = ("customer_id", "placed_at", "touches", "of_touches", "touched_first", "touched_last", "currency")
    shown = json_object(
        order_id=claimed.c.id,
        **{name: claimed.c[name] for name in plain},
        share=cast(claimed.c.share, Float),
        amount=cast(claimed.c.amount, Text),
        margin=cast(claimed.c.margin, Text),
    )
    query = select(claimed.c.id, shown.label("data")).join_from(
        claimed, Identity, Identity.original_id == claimed.c.customer_id
    )
    return visible(
        query.order_by(claimed.c.id).limit(bindparam("limit", type_=Integer)),
        Identity,
        {"last_id": claimed.c.id > bindparam("last_id", type_=Uuid)},
    )


def _summed(rule: AttributionRule) -> Select[Any]:
    claimed = _claimed(rule).subquery("claimed")
    known = claimed.c.margin.is_not(None)
    return (
        select(
            claimed.c.currency,
            func.count().label("orders"),
            func.count().filter(~known).label("orders_without_margin"),
            func.sum(claimed.c.amount).label("revenue"),
            func.coalesce(func.sum(claimed.c.margin), ZERO).label("margin"),
        )
        .join_from(claimed, Identity, Identity.original_id == claimed.c.customer_id)
        .group_by(claimed.c.currency)
        .order_by(claimed.c.currency)
    )


def _buyers(rule: AttributionRule) -> Select[Any]:
    claimed = _claimed(rule).subquery("claimed")
    return select(func.count(claimed.c.customer_id.distinct())).join_from(
        claimed, Identity, Identity.original_id == claimed.c.customer_id
    )


CLAIMED = {rule: _listed(rule) for rule in AttributionRule}
SUMMED = {rule: visible(_summed(rule), Identity) for rule in AttributionRule}
BUYERS = {rule: visible(_buyers(rule), Identity) for rule in AttributionRule}
