"""Exchange rates: set once, changed with care, and what they change."""

import httpx
import pytest

from tests.services.scoring.base import Base, customer, order

PATH = "/v1/exchange-rates/EUR/CNY/2026-01-01"


async def test_a_rate_is_set_read_and_changed_with_its_tag(client: httpx.AsyncClient) -> None:
    created = await client.put(PATH, json={"rate": "8.01"})
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert created.json() == {
        "base": "EUR",
        "quote": "CNY",
        "day": "2026-01-01",
        "rate": "8.01",
        "version": 1,
    }
    same = await client.put(PATH, json={"rate": "8.01"})
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    assert (await client.put(PATH, json={"rate": "8.02"})).status_code == 428
    assert (await client.put(PATH, json={"rate": "8.02"}, headers={"If-Match": '"7"'})).status_code == 412
    changed = await client.put(PATH, json={"rate": "8.02"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await client.get(PATH)).json()["rate"] == "8.02"
    assert (await client.get("/v1/exchange-rates/EUR/CNY/2026-01-02")).status_code == 404


async def test_rates_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    for day in ("2026-02-01", "2026-02-02", "2026-02-03"):
        await client.put(f"/v1/exchange-rates/GBP/CNY/{day}", json={"rate": "9"})
    found, cursor = [], None
    while True:
        page = (
            await client.get(
                "/v1/exchange-rates", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        found += [rate["day"] for rate in page["items"] if rate["base"] == "GBP"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ["2026-02-01", "2026-02-02", "2026-02-03"]


@pytest.mark.parametrize("rate", ["0", "-1", "1e5", "NaN", "7,1", "", 7.1, None, "1" * 30])
async def test_what_is_no_rate_is_refused(client: httpx.AsyncClient, rate: object) -> None:
    answer = await client.put("/v1/exchange-rates/JPY/CNY/2026-01-01", json={"rate": rate})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/rate"


@pytest.mark.parametrize("path", ["eur/CNY/2026-01-01", "EUR/CNY/yesterday", "CNY/CNY/2026-01-01"])
async def test_what_is_no_path_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.put(f"/v1/exchange-rates/{path}", json={"rate": "2"})).status_code == 422


async def test_money_follows_the_rate_of_its_day(base: Base, client: httpx.AsyncClient) -> None:
    await base.customers(customer("a"))
    await base.facts_told(
        order("1", "a", "2026-03-01", "10.00", currency="CHF"),
        order("2", "a", "2026-03-09", "10.00", currency="CHF"),
    )
    await base.run()

    async def realized() -> tuple[str, float]:
        await base.settle()
        score = (await client.get("/v1/scores/cdnow:a")).json()
        return score["realized"]["amount"], score["coverage"]

    assert await realized() == ("0.00", 0.0)
    await client.put("/v1/exchange-rates/CHF/CNY/2026-03-05", json={"rate": "8"})
    assert await realized() == ("80.00", 0.5)
    await client.put("/v1/exchange-rates/CNY/CHF/2026-02-01", json={"rate": "0.1"})
    assert await realized() == ("180.00", 1.0)  # the stated rate goes before the inverse of another
