"""Keeping campaigns, and asking interaction now and then which orders they claim."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from feed.consumer import Received
from services.scoring.campaigns.models import Campaign, Claim
from shared.auth import Principal
from shared.clock import Clock, utc_now
from shared.database import Database, Transaction
from shared.errors import NotFound
from shared.statements import Statement
from web.clients import ServiceClient

KIND = "campaign"
PAGE, EVERY = 1000, timedelta(minutes=15)
RULE = {"rule": "last_touch", "days": "30"}  # of interaction's campaigns, see docs/campaigns.md
WORKER = Principal.of_service("scoring")


async def replace(tx: Transaction, told: Sequence[Received]) -> None:
    """Store campaigns that are newer than those held."""
    rows = [
        (one.subject, one.data.get("code", ""), one.gone, one.generation, one.version)
        for one in sorted(told, key=lambda each: each.subject)
    ]
    if rows:
        columns = map(list, zip(*rows, strict=True))
        await _REPLACE.value(tx.connection, **dict(zip(_TYPES, columns, strict=True)))


async def sweep(tx: Transaction, generation: int) -> None:
    """Forget campaigns that only earlier generations told of; their claims go when asked for."""
    await _SWEEP.value(tx.connection, generation=generation)


class Claims:
    """Asks for the claims of one campaign after another; any number of workers may run it."""

    def __init__(self, database: Database, interaction: ServiceClient, clock: Clock = utc_now) -> None:
        self._database, self._interaction, self._clock = database, interaction, clock

    async def ask_once(self) -> bool:
        """Ask for the claims of the campaign that was asked longest ago; False when none is due."""
        now = self._clock()
        due = await _DUE.one(self._database.pool, before=now - EVERY)
        if due is None:
            return False
        orders = [] if due["deleted"] else await self._claimed(UUID(int=due["id"].int))
        await self._store(due["id"], orders, now)
        return True

    async def _claimed(self, campaign: UUID) -> list[UUID]:
        found, after = list[UUID](), dict[str, str]()
        try:
            while True:
                asked = {**RULE, "limit": PAGE, **after}
                page: Any = await self._interaction.get(f"/v1/campaigns/{campaign}/orders", asked)
                found += (UUID(item["order_id"]) for item in page["items"])
                if page["next"] is None:
                    return found
                after = {"cursor": page["next"]}
        except NotFound:  # gone since
            return []

    async def _store(self, campaign: UUID, orders: Sequence[UUID], now: datetime) -> None:
        async with self._database.begin(WORKER, at=now) as tx:
            given = {"campaign": campaign, "orders": sorted(orders)}
            await _CLAIM.value(tx.connection, **given)
            await _LEAVE.value(tx.connection, **given)
            await _ASKED.value(tx.connection, campaign=campaign, at=now)


_TYPES: dict[str, Any] = {
    "id": Uuid,
    "code": Text,
    "deleted": Boolean,
    "generation": Integer,
    "version": Integer,
}
_rows = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _TYPES.items()))
    .table_valued(*_TYPES)
    .render_derived()
)
_given = insert(Campaign).from_select(list(_TYPES), select(_rows))
_REPLACE = Statement(
    _given.on_conflict_do_update(
        index_elements=[Campaign.id],
        set_={**{name: _given.excluded[name] for name in _TYPES if name != "id"}, "asked_at": None},
        where=tuple_(Campaign.generation, Campaign.version)
        < tuple_(_given.excluded.generation, _given.excluded.version),
    )
)
_SWEEP = Statement(
    update(Campaign)
    .where(Campaign.generation < bindparam("generation", type_=Integer), ~Campaign.deleted)
    .values(deleted=True, asked_at=None)
)
_TIME = DateTime(timezone=True)
_DUE = Statement(
    select(Campaign.id, Campaign.deleted)
    .where(or_(Campaign.asked_at.is_(None), Campaign.asked_at < bindparam("before", type_=_TIME)))
    .order_by(Campaign.asked_at.nulls_first(), Campaign.id)
    .limit(1)
)
_campaign = bindparam("campaign", type_=Uuid)
_orders = bindparam("orders", type_=ARRAY(Uuid))
_claiming = insert(Claim).from_select(["order_id", "campaign_id"], select(func.unnest(_orders), _campaign))
# An order is one campaign's: whoever was asked last.
_CLAIM = Statement(
    _claiming.on_conflict_do_update(
        index_elements=[Claim.order_id],
        set_={"campaign_id": _claiming.excluded.campaign_id},
        where=Claim.campaign_id != _claiming.excluded.campaign_id,
    )
)
_LEAVE = Statement(delete(Claim).where(Claim.campaign_id == _campaign, Claim.order_id != func.all(_orders)))
_ASKED = Statement(
    update(Campaign).where(Campaign.id == _campaign).values(asked_at=bindparam("at", type_=_TIME))
)
