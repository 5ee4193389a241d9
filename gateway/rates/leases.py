"""A client's rate at one of several gateways: tokens leased in advance, off the path of the requests."""

import asyncio
import time
from collections import OrderedDict
from datetime import timedelta
from uuid import UUID

import asyncpg

from gateway.limits import WINDOW_S, Bucket
from gateway.rates.queries import Wish, settle

PART = 4  # a lease is this part of a window's worth, at most
IDLE_S = 4.0  # a lease that is not used for so long goes back
WORTH_S = 0.05  # what gathers in this time is worth asking for: so often an emptied row is asked at most
ASK_S = 0.5
EVERY = timedelta(seconds=1)
MOST = 10_000
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Share:
    """What a client may still ask here; used as a Bucket is.

    `row` is our picture of the shared row, exact when it was last settled with. While the database is away
    half of the rate is granted from it: for some seconds only, since then no key is believed any more.
    """

    __slots__ = ("asking", "client", "held", "leases", "low", "rate", "row", "used_at", "want", "worth")

    def __init__(self, client: UUID, rate: int, leases: "Leases") -> None:
        self.client, self.rate, self.leases = client, rate, leases
        self.row, self.held, self.used_at = Bucket(rate), 0, 0.0
        self.want = max(1, self.row.quota // PART)
        self.low = self.want // PART
        self.worth = max(1.0, rate * WORTH_S)
        self.asking: asyncio.Task[None] | None = None

    def take(self, now: float) -> float:
        """Take one request out; 0 when it may pass, else the seconds to wait, unless `asking` brings more."""
        self.used_at, held, there = now, self.held, self.row.level(now)
        if held <= self.low and there >= self.worth and self.asking is None:
            self.asking = asyncio.create_task(self._ask())
        if held:
            self.held = held - 1
            return 0.0
        return max(self.worth - there, 0.01) / self.rate

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Say the policy, what remains at all gateways, and in how many seconds all of it is back."""
        return self.row.headers(self.held)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(ASK_S):
                grants = await settle(self.leases.pool, [Wish(self.client, self.rate, 0, self.want)])
            grant = grants[self.client]
            self.held += grant.taken
            self.row.told(grant.left, time.monotonic())
        except (*AWAY, KeyError):
            self.held += self.row.half(self.want, time.monotonic())
        finally:
            self.asking = None


class Leases:
    """The shares of all clients that were seen here lately."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.shares: OrderedDict[UUID, Share] = OrderedDict()

    def share(self, client: UUID, rate: int) -> Share:
        """Return the client's; another one when its rate has changed."""
        share = self.shares.get(client)
        if share is None or share.rate != rate:
            share = self.shares[client] = Share(client, rate, self)
        self.shares.move_to_end(client)
        if len(self.shares) > MOST:
            self.shares.popitem(last=False)
        return share

    async def give_back(self, idle_s: float = IDLE_S) -> None:
        """Return the leases that were not used for `idle_s`; those that cannot be returned are forgotten."""
        before = time.monotonic() - idle_s
        idle = [share for share in self.shares.values() if share.held and share.used_at <= before]
        if not idle:
            return
        wishes = [Wish(share.client, share.rate, share.held, 0) for share in idle]
        for share in idle:
            share.held = 0
        grants = await settle(self.pool, wishes)
        for share in idle:
            if grant := grants.get(share.client):
                share.row.told(grant.left, time.monotonic())

    async def close(self) -> None:
        """Return everything, unless the database is away."""
        try:
            async with asyncio.timeout(ASK_S):
                await self.give_back(-WINDOW_S)
        except AWAY:
            return
