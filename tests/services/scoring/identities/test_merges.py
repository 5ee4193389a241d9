"""Merges as scoring follows them: what the originals bought is added up, and parts again on an undo."""

import itertools

import httpx
import pytest

from feed.consumer import Received
from tests.services.scoring.base import Base, customer, id_of, order

ORDERS = list(itertools.permutations(range(2)))


async def realized(client: httpx.AsyncClient, name: str) -> str | int:
    answer = await client.get(f"/v1/scores/{name}")
    return str(answer.json()["realized"]["amount"]) if answer.status_code == 200 else answer.status_code


def mapped(stranger: str, to: str, current: str, version: int) -> Received:
    names = {"original_id": stranger, "customer_id": to, "current_id": current}
    data = {key: str(id_of(name)) for key, name in names.items()}
    return Received("identity", id_of(stranger), version, False, data, 1)  # noqa: FBT003 - not gone


def whole(name: str, version: int, *merged: str) -> Received:
    names = [{"system": "cdnow", "kind": "", "id": each} for each in (name, *merged)]
    return customer(name, version, owner="u-1", identities=names, merged_ids=[str(id_of(m)) for m in merged])


@pytest.mark.parametrize("turn", ORDERS)
@pytest.mark.parametrize("together", [True, False])
async def test_what_the_originals_bought_is_added_up_and_parts_again(
    base: Base, client: httpx.AsyncClient, *, turn: tuple[int, ...], together: bool
) -> None:
    tag = f"{turn}{together}"
    one, other, stranger = f"one {tag}", f"other {tag}", f"stranger {tag}"

    async def tell(*entries: Received) -> None:
        for _ in range(2):  # a page may come twice
            if together:
                await base.customers(*(entries[at] for at in turn))
            else:
                for at in turn:
                    await base.customers(entries[at])
        await base.settle()

    await base.customers(whole(one, 1), whole(other, 1))
    for number, (whose, amount) in enumerate(((one, "10.00"), (other, "20.00"), (stranger, "5.00"))):
        await base.facts_told(
            order(f"{number} {tag}", whose, f"2026-01-0{number + 1}", amount, currency="CNY")
        )
    await base.facts_told(mapped(stranger, other, other, 2))
    await base.run()
    await base.settle()
    both = [f"cdnow:{one}", f"cdnow:{other}", *(str(id_of(each)) for each in (one, other, stranger))]
    apart = ["10.00", "25.00", "10.00", "25.00", "25.00"]
    assert [await realized(client, each) for each in both] == apart

    await tell(whole(one, 2, other), customer(other, 2, gone=True))
    assert [await realized(client, each) for each in both] == ["35.00"] * 5
    score = (await client.get(f"/v1/scores/{id_of(other)}")).json()
    assert (score["customer_id"], score["purchase_days"]) == (str(id_of(one)), 3)
    listed = (await client.get("/v1/scores", params={"limit": 1000})).json()["items"]
    assert str(id_of(other)) not in {each["customer_id"] for each in listed}
    before = (await client.get("/v1/scoring-status")).json()["customers"]
    late = order(f"late {tag}", other, "2026-01-09", "1.00", currency="CNY")
    await base.facts_told(late, mapped(stranger, other, one, 3))
    await base.settle()
    assert await realized(client, both[0]) == "36.00"
    await base.run()
    assert await realized(client, both[1]) == "36.00"

    await tell(whole(one, 3), whole(other, 3))
    assert [await realized(client, each) for each in both] == ["10.00", "26.00", "10.00", "26.00", "26.00"]
    assert (await client.get("/v1/scoring-status")).json()["customers"] == before + 1


async def test_a_stranger_may_be_told_before_and_after_its_customer_is_merged(
    base: Base, client: httpx.AsyncClient
) -> None:
    await base.customers(whole("A", 1), whole("B", 1))
    await base.facts_told(order("m1", "s1", "2026-02-01", "1.00", currency="CNY"))
    await base.facts_told(order("m2", "s2", "2026-02-02", "2.00", currency="CNY"))
    await base.facts_told(mapped("s1", "B", "A", 2))  # interaction was faster than we
    await base.customers(whole("A", 2, "B"), customer("B", 2, gone=True))
    await base.facts_told(mapped("s2", "B", "B", 2))  # it was slower
    await base.run()
    await base.settle()
    assert await realized(client, str(id_of("A"))) == "3.00"
    await base.customers(whole("A", 3), whole("B", 3))
    await base.settle()
    assert [await realized(client, str(id_of(each))) for each in ("A", "B", "s1")] == ["0.00", "3.00", "3.00"]


async def test_chains_collapse_and_unfold(base: Base, client: httpx.AsyncClient) -> None:
    await base.customers(*(whole(name, 1) for name in ("x", "y", "z")))
    for name in ("x", "y", "z"):
        await base.facts_told(order(f"o {name}", name, "2026-03-01", "1.00", currency="CNY"))
    await base.customers(customer("x", 2, gone=True), customer("y", 3, gone=True), whole("z", 2, "x", "y"))
    await base.run()
    await base.settle()
    assert [await realized(client, str(id_of(each))) for each in "xyz"] == ["3.00"] * 3
    await base.customers(whole("y", 4, "x"), whole("z", 3))
    await base.settle()
    assert [await realized(client, str(id_of(each))) for each in "xyz"] == ["2.00", "2.00", "1.00"]


async def test_a_snapshot_brings_merges_in_the_order_of_ids(base: Base, client: httpx.AsyncClient) -> None:
    """The one that was merged may come before or after the one that has it, or was never told before."""
    for one, other in (("m", "n"), ("n2", "m2")):
        await base.facts_told(order(f"b {other}", other, "2026-03-01", "7.00", currency="CNY"))
        for entry in sorted(
            (whole(one, 2, other), customer(other, 2, gone=True)), key=lambda each: each.subject
        ):
            await base.customers(entry)
        await base.settle()
        assert [await realized(client, str(id_of(each))) for each in (one, other)] == ["7.00", "7.00"]
