"""Whose facts are whose: strangers, deletions, names, and who may see a score."""

import httpx
import pytest

from feed.consumer import Received
from services.scoring.valuing.touching import unpark
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, customer, id_of, order


def mapped(stranger: str, to: str, version: int = 1) -> Received:
    data = {"original_id": str(id_of(stranger)), "current_id": str(id_of(to))}
    return Received("identity", id_of(stranger), version, False, data, 1)  # noqa: FBT003 - not gone


@pytest.fixture(scope="module")
async def scored(base: Base) -> Base:
    """Two customers, one run."""
    await base.customers(customer("a", owner="u-1", department="east"), customer("b", owner="u-2"))
    await base.facts_told(order("1", "a", "2026-01-05", "10.00", currency="CNY"))
    await base.facts_told(order("2", "b", "2026-01-06", "20.00", currency="CNY"))
    await base.run()
    await base.settle()
    return base


async def realized(client: httpx.AsyncClient, name: str) -> str | int:
    answer = await client.get(f"/v1/scores/{name}")
    return str(answer.json()["realized"]["amount"]) if answer.status_code == 200 else answer.status_code


async def test_a_stranger_counts_for_whom_it_turns_out_to_be(scored: Base, client: httpx.AsyncClient) -> None:
    await scored.facts_told(order("3", "stranger", "2026-01-05", "5.00", currency="CNY"))
    await scored.settle()
    assert await realized(client, str(id_of("stranger"))) == 404
    status = (await client.get("/v1/scoring-status")).json()
    assert (status["unmatched"], status["waiting"]) == (1, 1)

    await scored.facts_told(mapped("stranger", "a"))
    await scored.settle()
    assert await realized(client, "cdnow:a") == "15.00"
    assert await realized(client, str(id_of("stranger"))) == "15.00"
    score = (await client.get("/v1/scores/cdnow:a")).json()
    assert (score["customer_id"], score["purchase_days"]) == (str(id_of("a")), 1)  # both on one day

    await scored.facts_told(mapped("stranger", "b", 2))
    await scored.settle()
    assert (await realized(client, "cdnow:a"), await realized(client, "cdnow:b")) == ("10.00", "25.00")
    await unpark(scored.scoring.database.pool)  # as the worker does every two seconds
    await scored.settle()
    assert (await client.get("/v1/scoring-status")).json()["waiting"] == 0


async def test_facts_may_come_before_their_customer(scored: Base, client: httpx.AsyncClient) -> None:
    await scored.facts_told(order("4", "late", "2026-01-07", "7.00", currency="CNY"))
    await scored.settle()
    assert await realized(client, "cdnow:late") == 404
    await scored.customers(customer("late"))
    await unpark(scored.scoring.database.pool)  # as the worker does every two seconds
    await scored.settle()
    assert await realized(client, "cdnow:late") == "7.00"
    assert (await client.get("/v1/scores", params={"limit": 100})).json()["items"][-1]["rank"] is None


async def test_a_deleted_customer_has_no_score_until_it_is_back(
    scored: Base, client: httpx.AsyncClient
) -> None:
    await scored.customers(customer("b", 2, gone=True))
    await scored.settle()
    assert await realized(client, str(id_of("b"))) == 404
    assert str(id_of("b")) not in (await client.get("/v1/scores")).text
    await scored.customers(customer("b", 3, owner="u-2"))
    await scored.settle()
    assert await realized(client, "cdnow:b") == "25.00"


async def test_a_name_moves_with_its_customer(scored: Base, client: httpx.AsyncClient) -> None:
    name = {"system": "erp", "kind": "", "id": "C:1"}
    await scored.customers(customer("a", 2, owner="u-1", department="east", identities=[name]))
    assert await realized(client, "erp:C:1") == "10.00"
    assert await realized(client, "cdnow:a") == 404
    await scored.customers(
        customer("a", 3, owner="u-1", department="east"), customer("b", 4, identities=[name], owner="u-2")
    )
    assert await realized(client, "erp:C:1") == "25.00"
    await scored.customers(customer("a", 2, owner="u-9", identities=[name]))  # told again, and older
    assert await realized(client, "erp:C:1") == "25.00"


async def test_others_scores_are_as_if_they_were_not(scored: Base) -> None:
    own = Principal("u-1", frozenset(("scores:read",)), Visibility.OWN)
    east = Principal("u-9", frozenset(("scores:read",)), Visibility.DEPARTMENT, "east")
    for principal in (own, east):
        client = scored.scoring.client(principal)
        assert [one["customer_id"] for one in (await client.get("/v1/scores")).json()["items"]] == [
            str(id_of("a"))
        ]
        assert (await client.get("/v1/tiers")).json()["customers"] == 1
        foreign, absent = [(await client.get(f"/v1/scores/{id_of(name)}")).json() for name in ("b", "nobody")]
        for answer in (foreign, absent):
            del answer["instance"], answer["trace_id"]
        assert foreign == absent
        assert foreign["status"] == 404


@pytest.mark.parametrize("reference", ["not-an-id", "1", "a" * 300])
async def test_what_is_no_reference_is_refused(client: httpx.AsyncClient, reference: str) -> None:
    assert (await client.get(f"/v1/scores/{reference}")).status_code == 422


async def test_a_system_with_a_nul_is_refused_or_unknown(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/scores/erp:%00")).status_code in {404, 422}


async def test_scores_of_many_are_asked_for_at_once(scored: Base, client: httpx.AsyncClient) -> None:
    async def of(*names: str) -> list[str]:
        asked = [str(id_of(name)) for name in names]
        items = (await client.get("/v1/scores", params={"customers": asked})).json()["items"]
        return [each["customer_id"] for each in items]

    everybody = [each["customer_id"] for each in (await client.get("/v1/scores")).json()["items"]]
    assert await of("a", "b", "nobody") == [
        id_ for id_ in everybody if id_ in {str(id_of("a")), str(id_of("b"))}
    ]
    assert await of("stranger") == [str(id_of("b"))]  # an id that came before
    assert await of("nobody") == []
    too_many = await client.get("/v1/scores", params={"customers": [str(id_of("a"))] * 51})
    assert (too_many.status_code, too_many.json()["errors"][0]["parameter"]) == (422, "customers")


async def test_what_describes_a_customer_is_as_it_is_told_today(base: Base) -> None:
    held = "select region, customer_class, acquisition_source from scoring.identities where original_id = $1"
    for version, of in ((1, "retail"), (2, "trade")):
        told = {"region": "East", "customer_class": of, "acquisition": {"source": "fair"}}
        await base.customers(customer("described", version, **told))
        row = await base.scoring.database.pool.fetchrow(held, id_of("described"))
        assert tuple(row) == ("East", of, "fair")
