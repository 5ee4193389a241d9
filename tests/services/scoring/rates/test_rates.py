"""Exchange rates that interaction tells of: the newest holds, and money follows the rate of its day."""

import httpx
import pytest

from tests.services.scoring.base import FOLLOWER, Base, customer, order, rate


@pytest.fixture(scope="module")
async def bought(base: Base) -> Base:
    """A customer who bought twice, in francs."""
    await base.customers(customer("a"))
    await base.facts_told(
        order("1", "a", "2026-03-01", "10.00", currency="CHF"),
        order("2", "a", "2026-03-09", "10.00", currency="CHF"),
    )
    await base.run()
    return base


async def realized(base: Base, client: httpx.AsyncClient) -> tuple[str, float]:
    await base.settle()
    score = (await client.get("/v1/scores/cdnow:a")).json()
    return score["realized"]["amount"], score["coverage"]


async def test_money_follows_the_rate_of_its_day(bought: Base, client: httpx.AsyncClient) -> None:
    assert await realized(bought, client) == ("0.00", 0.0)
    await bought.facts_told(rate("CHF", "CNY", "2026-03-05", "8"))
    assert await realized(bought, client) == ("80.00", 0.5)
    await bought.facts_told(rate("CNY", "CHF", "2026-02-01", "0.1"))
    assert await realized(bought, client) == ("180.00", 1.0)  # the stated rate before the inverse of another


async def test_the_newest_version_holds_until_it_is_gone(bought: Base, client: httpx.AsyncClient) -> None:
    await bought.facts_told(rate("CHF", "CNY", "2026-03-05", "9", version=3))
    await bought.facts_told(rate("CHF", "CNY", "2026-03-05", "7", version=2))
    assert await realized(bought, client) == ("190.00", 1.0)
    await bought.facts_told(rate("CHF", "CNY", "2026-03-05", "9", version=4, gone=True))
    assert await realized(bought, client) == ("200.00", 1.0)


async def test_a_new_snapshot_drops_what_it_no_longer_tells(bought: Base, client: httpx.AsyncClient) -> None:
    database = bought.scoring.database
    await database.pool.execute(
        "insert into scoring.exchange_rates (base, quote, day, rate, version)"
        " values ('CHF', 'CNY', '2026-03-07', 6, 1)"  # as it was set here before interaction had them
    )
    async with database.begin(FOLLOWER, at=bought.scoring.core.clock()) as tx:
        await bought.facts.sweep(tx, 2)
    left = await database.pool.fetch("select base, quote from scoring.exchange_rates")
    assert [tuple(row) for row in left] == [("CHF", "CNY")]
