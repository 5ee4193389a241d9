"""Fixtures of retention: rules of a test's own, and a worker whose day is weeks later."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.interaction.base import JOBS
from services.interaction.holds.actions import RUN
from services.interaction.kinds import KINDS
from services.interaction.retention.running import RetentionRun
from shared.clock import utc_now
from tests.support.running import Running

Run = Callable[..., Awaitable[dict[str, Any]]]
RULES, RUNS = "/v1/retention-rules", "/v1/retention-runs"


def later() -> datetime:
    """Return a time at which nothing that a test wrote is new any more."""
    return utc_now() + timedelta(days=30)


@pytest.fixture(autouse=True)
async def _nothing_before(interaction: Running) -> None:
    """Let a test find nothing but what it wrote."""
    tables = [str(kind.model.__table__) for kind in KINDS]
    more = [
        "retention_rules",
        "webhook_originals",
        "retention_holds",
        "source_keys",
        "jobs",
        "mails",
        "mail_originals",
        "strangers",
    ]
    names = ", ".join([*tables, *(f"interaction.{name}" for name in more)])
    await interaction.database.pool.execute(f"truncate {names}")


@pytest.fixture
def run(client: httpx.AsyncClient, interaction: Running) -> Run:
    """A run, done by a worker: returns its counts by kind and action."""

    async def done(**body: Any) -> dict[str, Any]:
        made = await client.post(RUNS, json=body)
        assert made.status_code == 202, made.text
        while await work_once(interaction.database, JOBS, {RUN: RetentionRun(interaction.database, later)}):
            pass
        shown = (await client.get(made.headers["location"])).json()
        assert (shown["status"], shown["progress"]) == ("done", 1.0), shown
        return {f"{each['kind']} {each['action']}": each for each in shown["counts"]["rules"]}

    return done


async def rule(client: httpx.AsyncClient, kind: str, action: str = "delete", **more: Any) -> dict[str, Any]:
    """Make a rule, of a day unless it says more."""
    answer = await client.post(RULES, json={"kind": kind, "action": action, "keep_days": 1, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def counted(told: dict[str, Any]) -> tuple[int, ...]:
    """Return what was due, gone, went along, was held and waited."""
    return tuple(told[name] for name in ("due", "gone", "parts", "held", "waiting"))
