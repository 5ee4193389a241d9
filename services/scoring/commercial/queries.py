"""Adding up what customers brought and cost in a window: for each, or for groups of them."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from services.scoring.campaigns.models import Campaign, Claim
from services.scoring.commercial.parts import PAID, PARTS, SOLD
from services.scoring.commercial.schemas import Dimension
from services.scoring.costs.reading import DIRECT
from services.scoring.costs.spending import CENTS, SINCE, UNTIL, spent, waiting
from services.scoring.cube.models import SoldLine
from services.scoring.facts.models import Fact, Kind
from services.scoring.identities.models import Identity
from services.scoring.runs.models import ScoringRun
from services.scoring.scores.models import Score
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY
from services.scoring.totals.queries import in_cents
from shared.statements import Statement, Visible, visible

CUSTOMER = bindparam("customer", type_=Uuid)
COUNTS = ("sold", "costed", "unpriced", "unrated", "own")
_NONE = cast(literal_column("0"), Numeric)
_UNSAID = cast(null(), Numeric)  # cheaper to add up than nothing: sums pass over it
_NOBODY = literal_column("null", Text)
_ORDER = literal_column(f"'{Kind.ORDER}'", Text)
MONTH = literal_column("'YYYY-MM'", Text)


def _sum(value: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    total = func.sum(value)
    return func.coalesce(total.filter(*conditions) if conditions else total, _NONE)


def _sold(*conditions: ColumnElement[bool], claimed: bool = False) -> Select[Any]:
    """Select what each customer bought in the window, by its sold lines; if `claimed`, for each campaign."""
    line, ordered = SoldLine, SoldLine.kind == _ORDER
    amount = func.round(line.amount, CENTS)  # line by line, so that months and customers add up
    parts = {
        "revenue": _sum(amount, ordered),
        "returns": -_sum(amount, ~ordered),
        "goods": _sum(func.round(line.cost, CENTS)),
        "sold": _sum(amount),
        "costed": _sum(func.round(line.costed, CENTS)),
        "unpriced": _sum(line.unpriced),
    }
    campaign = Campaign.code if claimed else _NOBODY
    query = select(
        line.current_id.label("customer_id"),
        campaign.label("campaign"),
        *_columns({**parts, **dict.fromkeys((*PAID, "unrated"), _UNSAID), "own": literal_column("1")}),
    ).where(line.day.between(SINCE, UNTIL), line.currency == CURRENCY, *conditions)
    query = _of_campaigns(query) if claimed else query
    return query.group_by(line.current_id, *((campaign,) if claimed else ()))


def _of_campaigns(query: Select[Any]) -> Select[Any]:
    """Join sold lines to the campaign that claims their order; what took money back is of its order's."""
    line = SoldLine
    back = (Fact.customer_id == line.customer_id, Fact.kind == line.kind, Fact.subject == line.subject)
    order = func.coalesce(line.order_id, Fact.order_id)
    return (
        query.select_from(line)
        .outerjoin(Fact, and_(line.kind != _ORDER, *back))
        .outerjoin(Claim, Claim.order_id == order)
        .outerjoin(Campaign, and_(Campaign.id == Claim.campaign_id, ~Campaign.deleted))
    )


def _paid(cost: Any, *, claimed: bool = False) -> Select[Any]:  # noqa: ANN401 - a subquery
    """Select what was paid for each customer in the window, by kind; if `claimed`, for each campaign."""
    campaign = cost.c.campaign if claimed else _NOBODY
    kinds = {
        name: func.sum(cost.c.amount).filter(cost.c.kind == literal_column(f"'{name}'", Text))
        for name in PAID
    }
    unrated = func.count().filter(cost.c.amount.is_(None))
    nothing = dict.fromkeys((*SOLD, *COUNTS), _UNSAID)
    own = func.count().filter(cost.c.basis == literal_column(f"'{DIRECT}'", Text))
    columns = _columns({**nothing, **kinds, "unrated": unrated, "own": own})
    query = select(cost.c.customer_id, campaign.label("campaign"), *columns)
    return query.group_by(cost.c.customer_id, *((campaign,) if claimed else ()))


def _columns(named: dict[str, Any]) -> list[ColumnElement[Any]]:
    return [named[name].label(name) for name in (*PARTS, *COUNTS)]


def _summed(of: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a subquery
    return [_sum(of.c[name]).label(name) for name in (*PARTS, *COUNTS)]


def _of_one() -> Visible:
    cost = spent(CUSTOMER).subquery("paid")
    both = union_all(_sold(SoldLine.current_id == CUSTOMER), _paid(cost)).subquery("both")
    found = select(*_summed(both)).subquery("found")
    return visible(select(found).join_from(Identity, found, Identity.original_id == CUSTOMER), of=Identity)


def _bases() -> Visible:
    cost = spent(CUSTOMER).subquery("paid")
    query = (
        select(cost.c.kind, cost.c.basis, func.count().label("costs"), _sum(cost.c.amount).label("amount"))
        .join_from(cost, Identity, Identity.original_id == cost.c.customer_id)
        .group_by(cost.c.kind, cost.c.basis)
        .order_by(cost.c.kind, cost.c.basis)
    )
    return visible(query, of=Identity)


def first_bought() -> Any:  # noqa: ANN401 - a subquery
    """Return the first purchase of each customer, over all its ids."""
    its = aliased(Identity, name="bought_as")
    return (
        select(its.current_id.label("customer_id"), func.min(State.first_day).label("day"))
        .join_from(State, its, its.original_id == State.customer_id)
        .group_by(its.current_id)
        .subquery("first_bought")
    )


def _expected() -> Any:  # noqa: ANN401 - a subquery
    run = ScoringRun.id == Score.run_id
    return (
        select(Score.customer_id, (in_cents(Score.value) / literal_column("100", Numeric)).label("value"))
        .join_from(Score, ScoringRun, run)
        .where(~Score.deleted, Score.p_alive.is_not(None), ScoringRun.currency == CURRENCY)
        .subquery("expected")
    )


def _grouped(dimension: Dimension) -> Visible:
    claimed = dimension is Dimension.CAMPAIGN
    paid = _paid(spent().subquery("paid"), claimed=claimed)
    both = union_all(_sold(claimed=claimed), paid).subquery("both")
    whose = (both.c.customer_id, both.c.campaign)
    each = select(*whose, *_summed(both)).group_by(*whose).subquery("each")
    expected, first = _expected(), first_bought()
    of_cohort = func.to_char(first.c.day, MONTH)
    special = {Dimension.COHORT: of_cohort, Dimension.CAMPAIGN: each.c.campaign}
    key = special[dimension] if dimension in special else getattr(Identity, dimension)
    group = func.coalesce(key, literal_column("''", Text))
    own = each.c.own > literal_column("0")
    query = (
        select(
            group.label("key"),
            func.count(each.c.customer_id.distinct()).filter(own).label("customers"),
            *_summed(each),
            (null() if claimed else func.sum(expected.c.value).filter(own)).label("expected"),
            func.count(expected.c.value).filter(own).label("expecting"),
        )
        .join_from(Identity, each, each.c.customer_id == Identity.original_id)
        .outerjoin(expected, expected.c.customer_id == Identity.original_id)
        .where(~Identity.deleted)
    )
    if dimension is Dimension.COHORT:
        query = query.outerjoin(first, first.c.customer_id == Identity.original_id)
    ordered = query.group_by(group).order_by(group).limit(bindparam("limit", type_=Integer))
    return visible(ordered, of=Identity, filters={"last_key": group > bindparam("last_key", type_=Text)})


OF_ONE, BASES = _of_one(), _bases()
GROUPED = {dimension: _grouped(dimension) for dimension in Dimension}
WAITING = Statement(waiting())
CLAIMED_AT = Statement(select(func.min(Campaign.asked_at)).where(~Campaign.deleted))
_amounts = {name: getattr(Score, name) for name in ("value", "p10", "p50", "p90")}
EXPECTED = visible(
    select(*_amounts.values(), Score.as_of, ScoringRun.currency)
    .join_from(Score, ScoringRun, ScoringRun.id == Score.run_id)
    .where(Score.customer_id == CUSTOMER, ~Score.deleted, Score.p_alive.is_not(None)),
    of=Score,
)
