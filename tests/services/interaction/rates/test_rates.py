"""Exchange rates: one for a pair and day, by API and in batches, corrected with care, told to the feed."""

import asyncpg
import httpx
import pytest

from feed.sequencer import stamp
from services.interaction.base import FEED
from services.interaction.rates.schemas import ExchangeRateRead
from tests.services.interaction.test_orders import post
from tests.support.running import Running

PATH = "/v1/exchange-rates/EUR/CNY/2026-01-01"


async def test_a_rate_is_set_read_and_changed_with_its_tag(client: httpx.AsyncClient) -> None:
    created = await client.put(PATH, json={"rate": "8.010", "quoted_by": "ECB"})
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    shown = created.json()
    assert ExchangeRateRead.model_validate(shown).model_dump().keys() == shown.keys()
    assert (shown["base"], shown["quote"], shown["day"]) == ("EUR", "CNY", "2026-01-01")
    assert (shown["rate"], shown["quoted_by"]) == ("8.01", "ECB")
    same = await client.put(PATH, json={"rate": "8.01", "quoted_by": "ECB"})
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    assert (await client.put(PATH, json={"rate": "8.02"})).status_code == 428
    assert (await client.put(PATH, json={"rate": "8.02"}, headers={"If-Match": '"7"'})).status_code == 412
    changed = await client.put(PATH, json={"rate": "8.02"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await client.get(PATH)).json()["rate"] == "8.02"
    past = (await client.get(f"/v1/exchange-rates/{shown['id']}/history")).json()["items"]
    assert past[0]["changes"]["rate"] == {"from": "8.01", "to": "8.02"}
    assert (await client.get("/v1/exchange-rates/EUR/CNY/2026-01-02")).status_code == 404


async def test_batches_know_a_rate_by_its_pair_and_day(client: httpx.AsyncClient) -> None:
    rows = [
        {"base": "GBP", "quote": "CNY", "day": f"2026-02-0{day}", "rate": f"9.{day}"} for day in (1, 2, 3)
    ]
    first = await post(client, "/v1/exchange-rates/batch", {"items": [*rows, rows[0]]}, 200)
    assert [each["outcome"] for each in first["results"]] == ["created"] * 3 + ["unchanged"]
    again = await post(
        client, "/v1/exchange-rates/batch", {"items": [rows[0], {**rows[1], "rate": "9.25"}]}, 200
    )
    assert [each["outcome"] for each in again["results"]] == ["unchanged", "updated"]
    listed = (await client.get("/v1/exchange-rates", params={"base": "GBP"})).json()["items"]
    assert [(each["day"], each["rate"]) for each in listed] == [
        ("2026-02-03", "9.3"),
        ("2026-02-02", "9.25"),
        ("2026-02-01", "9.1"),
    ]


@pytest.mark.parametrize("rate", ["0", "-1", "1e5", "NaN", "7,1", "", 7.1, None, "1" * 30])
async def test_what_is_no_rate_is_refused(client: httpx.AsyncClient, rate: object) -> None:
    answer = await client.put("/v1/exchange-rates/JPY/CNY/2026-01-01", json={"rate": rate})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/rate"


@pytest.mark.parametrize("path", ["eur/CNY/2026-01-01", "EUR/CNY/yesterday", "CNY/CNY/2026-01-01"])
async def test_what_is_no_path_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.put(f"/v1/exchange-rates/{path}", json={"rate": "2"})).status_code == 422


async def test_a_rate_keeps_its_pair_and_day(client: httpx.AsyncClient) -> None:
    made = await post(
        client, "/v1/exchange-rates", {"base": "NOK", "quote": "CNY", "day": "2026-01-01", "rate": "0.7"}
    )
    path, headers = f"/v1/exchange-rates/{made['id']}", {"If-Match": '"1"'}
    answer = await client.patch(path, json={"day": "2026-01-02"}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/day")
    assert (await client.patch(path, json={"rate": "0.71"}, headers=headers)).json()["rate"] == "0.71"


async def test_the_feed_tells_of_rates(client: httpx.AsyncClient, interaction: Running) -> None:
    made = (await client.put("/v1/exchange-rates/DKK/CNY/2026-01-01", json={"rate": "1.1"})).json()
    connection = await asyncpg.connect(interaction.settings.database_url)
    while await stamp(connection, FEED):
        pass
    await connection.close()
    page = (await client.get("/v1/changes", params={"limit": 2000, "types": "exchange_rate"})).json()
    assert made in [item["data"] for item in page["items"]]
