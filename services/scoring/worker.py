"""The scoring service's worker: follows two feeds, does runs and back-tests, scores who was touched."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from feed.consumer import Follower
from feed.upkeep import keep_up
from jobs.working import work as work_jobs
from services.scoring import following
from services.scoring.backtests.running import KIND as BACKTEST
from services.scoring.backtests.running import BacktestRun
from services.scoring.base import FEED, JOBS
from services.scoring.base_forecasts.running import KIND as FORECAST
from services.scoring.base_forecasts.running import BaseForecast
from services.scoring.campaigns.actions import Claims
from services.scoring.costs.fetching import Shares
from services.scoring.following import Interactions
from services.scoring.valuing.working import Worker
from shared.auth import Principal, Signer
from shared.database import Database
from shared.settings import Settings
from web.clients import ServiceClient

READER = Principal.of_service("scoring", "feed:read", "orders:read")
SOURCES = ("customer", "interaction")


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    async with AsyncExitStack() as stack:
        database = await Database.open(settings)
        stack.push_async_callback(database.close)
        signer = Signer.load(settings.keys, settings.service)
        clients = [ServiceClient(settings.peers[source], signer, READER, timeout=30) for source in SOURCES]
        for client in clients:
            await stack.enter_async_context(client)
        await work(settings, database, *clients)


async def work(
    settings: Settings, database: Database, customer: ServiceClient, interaction: ServiceClient
) -> None:
    """Do everything that the worker does."""
    facts = Interactions(settings.currency)
    customers = Follower(
        FEED,
        "customer",
        customer,
        database,
        following.apply_customers,
        types=following.FROM_CUSTOMER,
        sweep=following.sweep_customers,
    )
    interactions = Follower(
        FEED,
        "interaction",
        interaction,
        database,
        facts.apply,
        types=following.FROM_INTERACTION,
        sweep=facts.sweep,
    )
    worker = Worker(database, settings.currency)
    kinds: dict[str, Any] = {BACKTEST: BacktestRun(database), FORECAST: BaseForecast(database)}
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_up(settings, database, FEED))
        group.create_task(customers.run())
        group.create_task(interactions.run())
        group.create_task(worker.fetch_shares(Shares(database, interaction)))
        group.create_task(worker.ask_claims(Claims(database, interaction)))
        group.create_task(worker.carry_out_runs())
        group.create_task(worker.score_touched())
        group.create_task(worker.judge_everybody())
        group.create_task(work_jobs(database, JOBS, kinds))
        group.create_task(worker.count_sales())
