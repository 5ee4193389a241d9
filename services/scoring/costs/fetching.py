"""Fetching the shares of costs from interaction, page by page, and reading them once they are whole."""

import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Numeric,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.costs.models import Allocation, Share
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database
from shared.errors import NotFound
from shared.ids import uuid7
from shared.statements import Statement
from web.clients import ServiceClient

PAGE, LONG_S = 1000, 3600
WORKER = Principal.of_service("scoring")


class Shares:
    """Fetches what was weighed anew, one cost after another; any number of workers may run it.

    Shares are read under the name of the whole that they belong to, so half of them are never read.
    """

    def __init__(self, database: Database, interaction: ServiceClient) -> None:
        self._database, self._interaction, self._tidy = database, interaction, False

    async def fetch_once(self) -> bool:
        """Fetch the shares of a cost; False when none is wanted."""
        if not self._tidy:
            await self._forget()
        wanted = await _WANTED.one(self._database.pool)
        if wanted is None:
            return False
        held = uuid7()
        try:
            units = await self._fetch(wanted["cost_id"], held)
        except NotFound:  # the cost is gone since, and so is what it was shared into
            units = Decimal()
        async with self._database.begin(WORKER, at=utc_now()) as tx:
            await _PATIENT.value(tx.connection)
            given = {name: wanted[name] for name in ("id", "generation", "version")}
            before = await _HELD.value(tx.connection, id=wanted["id"])
            await _HOLD.value(tx.connection, **given, held=held, units=units)
            await _DROP.value(tx.connection, held=before)
        return True

    async def _forget(self) -> None:
        """Forget, once, what was begun long ago and never held."""
        before = UUID(int=max(0, int((time.time() - LONG_S) * 1000)) << 80)  # RFC 9562, 5.7
        async with self._database.begin(WORKER, at=utc_now()) as tx:
            await _PATIENT.value(tx.connection)
            await _FORGET.value(tx.connection, before=before)
        self._tidy = True

    async def _fetch(self, cost_id: UUID, held: UUID) -> Decimal:
        """Store the shares of a cost under a name; weighed anew meanwhile, they are all asked for again."""
        upto, weighing = Decimal(), None
        after: dict[str, str] = {}
        while True:
            path = f"/v1/shared-costs/{cost_id}/shares"
            page = await self._interaction.get(path, {"limit": PAGE, **after})
            if weighing not in (None, page["weighing"]):
                await _DROP.value(self._database.pool, held=held)
                upto, weighing, after = Decimal(), None, {}
                continue
            weighing = page["weighing"]
            upto = await self._store(held, page["items"], upto)
            if page["next"] is None:
                return upto
            after = {"cursor": page["next"]}

    async def _store(self, held: UUID, items: Sequence[dict[str, Any]], upto: Decimal) -> Decimal:
        units = [abs(Decimal(each["units"])) for each in items]
        ends = list(accumulate(units, initial=upto))
        ids = [UUID(each["customer_id"]) for each in items]
        await _STORE.value(self._database.pool, held=held, ids=ids, units=units, ends=ends[1:])
        return ends[-1]


_rows = (
    func.unnest(
        *(
            bindparam(name, type_=ARRAY(kind))
            for name, kind in (("ids", Uuid), ("units", Numeric), ("ends", Numeric))
        )
    )
    .table_valued("customer_id", "units", "upto")
    .render_derived()
)
_name = bindparam("held", type_=Uuid)
_STORE = Statement(insert(Share).from_select(["held", "customer_id", "units", "upto"], select(_name, _rows)))
_one = Allocation.id == bindparam("id", type_=Uuid)
_WANTED = Statement(
    select(Allocation.id, Allocation.cost_id, Allocation.generation, Allocation.version)
    .where(~Allocation.fetched)
    .order_by(Allocation.id)
    .limit(literal_column("1"))
)
_HELD = Statement(select(Allocation.held).where(_one).with_for_update())
_seen = and_(
    *(getattr(Allocation, name) == bindparam(name, type_=Integer) for name in ("generation", "version"))
)
# What was told meanwhile is fetched next.
_HOLD = Statement(
    update(Allocation).where(_one).values(held=_name, units=bindparam("units", type_=Numeric), fetched=_seen)
)
_DROP = Statement(delete(Share).where(Share.held == _name))
# What was left by a worker that died on the way: names begin with the time.
_kept = select(Allocation.held).where(Allocation.held.is_not(None))
_FORGET = Statement(
    delete(Share).where(Share.held < bindparam("before", type_=Uuid), Share.held.not_in(_kept))
)
_PATIENT = Statement(
    select(
        func.set_config(
            literal_column("'statement_timeout'"), literal_column("'10min'"), literal_column("true")
        )
    )
)
