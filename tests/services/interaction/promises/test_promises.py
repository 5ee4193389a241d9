"""Promises: kept, broken, exceeded; what is due; how those of a window ended."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.interaction.promises.schemas import (
    DuePromisePage,
    PromiseFiguresPage,
    PromiseRead,
    PublicityClaimRead,
)
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import key, order, post
from tests.support.running import Running

MADE, DUE = "2026-03-02T09:00:00Z", "2026-03-06T17:00:00Z"
WINDOW = {"since": "2026-03-01", "until": "2026-03-31"}


def promise(customer: str, **more: Any) -> dict[str, Any]:
    return {"customer": key(customer), "what": "By Friday.", "made_at": MADE, "due_at": DUE, **more}


@pytest.fixture
async def customer(peer: Peer, interaction: Running) -> str:
    """A known customer. It is the 10th of March."""
    interaction.core.clock = lambda: datetime(2026, 3, 10, tzinfo=UTC)
    known = name()
    peer.put(known)
    return known


async def test_a_promise_is_kept_by_a_correction(client: httpx.AsyncClient, customer: str) -> None:
    made = await post(client, "/v1/promises", promise(customer, keeper="u-1"))
    assert PromiseRead.model_validate(made).model_dump().keys() == made.keys()
    assert (made["outcome"], made["settled_at"], made["made_at"]) == (
        "open",
        None,
        "2026-03-02T09:00:00+00:00",
    )
    path, tag = f"/v1/promises/{made['id']}", {"If-Match": '"1"'}
    kept = {"outcome": "exceeded", "settled_at": "2026-03-05T08:00:00Z", "note": "a day early"}
    answer = await client.patch(path, json=kept, headers=tag)
    assert (answer.status_code, answer.json()["outcome"], answer.json()["version"]) == (200, "exceeded", 2)
    first = (await client.get(f"{path}/history")).json()["items"][0]
    assert first["changes"]["outcome"] == {"from": "open", "to": "exceeded"}
    items = (await client.get(f"/v1/customers/erp:{customer}/timeline")).json()["items"]
    assert [(each["kind"], each["summary"]) for each in items] == [("promise", "exceeded: By Friday.")]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"due_at": "2026-03-01T09:00:00Z"}, "/due_at"),
        ({"outcome": "kept"}, "/settled_at"),
        ({"settled_at": DUE}, "/settled_at"),
        ({"outcome": "kept", "settled_at": "2026-03-06T17:00:01Z"}, "/outcome"),
    ],
)
async def test_what_contradicts_itself_is_refused(
    client: httpx.AsyncClient, customer: str, more: dict[str, Any], pointer: str
) -> None:
    answer = await client.post("/v1/promises", json=promise(customer, **more))
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_outcome")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_promise_fulfilled_late_is_broken(client: httpx.AsyncClient, customer: str) -> None:
    late = promise(customer, outcome="broken", settled_at="2026-03-08T10:00:00Z")
    assert (await post(client, "/v1/promises", late))["outcome"] == "broken"


async def test_a_promise_about_an_order_is_its_customers(client: httpx.AsyncClient, customer: str) -> None:
    source = name("SO")
    placed = await post(client, "/v1/orders", order(source, customer))
    given = {name: value for name, value in promise(customer).items() if name != "customer"}
    made = await post(client, "/v1/promises", {**given, "order": key(source)})
    assert (made["order_id"], made["customer_id"]) == (placed["id"], placed["customer_id"])
    found = (await client.get("/v1/promises", params={"order_id": placed["id"]})).json()["items"]
    assert [each["id"] for each in found] == [made["id"]]


async def test_what_is_due_comes_in_its_order(client: httpx.AsyncClient, customer: str) -> None:
    me = name("u")
    days = ["2026-03-12", "2026-03-09", "2026-03-20", "2026-03-03"]
    sent = [
        promise(customer, keeper=me, due_at=f"{day}T12:00:00Z", source={"system": "desk", "id": name("P")})
        for day in days
    ]
    done = promise(customer, keeper=me, outcome="kept", settled_at=DUE)
    answer = await client.post("/v1/promises/batch", json={"items": [*sent, done]})
    assert answer.json()["counts"]["created"] == 5
    path, found = "/v1/promises/due", list[Any]()
    params = {"keeper": me, "limit": "2"}
    while params:
        page = (await client.get(path, params=params)).json()
        DuePromisePage.model_validate(page)
        found += page["items"]
        params = {"keeper": me, "limit": "2", "cursor": page["next"]} if page["next"] else {}
    assert [(each["promise"]["due_at"][:10], each["overdue"]) for each in found] == [
        ("2026-03-03", True),
        ("2026-03-09", True),
        ("2026-03-12", False),
        ("2026-03-20", False),
    ]
    soon = await client.get(path, params={"keeper": me, "before": "2026-03-10T00:00:00Z"})
    assert len(soon.json()["items"]) == 2


async def test_figures_count_what_is_overdue_as_not_kept(client: httpx.AsyncClient, customer: str) -> None:
    mine, other = sorted((name("u"), name("u")))
    settled = {"settled_at": "2026-03-04T08:00:00Z"}
    rows = [
        *({"keeper": mine, "outcome": "kept", **settled} for _ in range(2)),
        {"keeper": mine, "outcome": "exceeded", **settled},
        {"keeper": mine, "outcome": "broken", **settled},
        {"keeper": mine, "outcome": "withdrawn", **settled},
        {"keeper": mine},
        {"keeper": mine, "due_at": "2026-03-31T23:59:59Z"},
        {"keeper": mine, "due_at": "2026-04-01T00:00:00Z"},
        {"keeper": other, "due_at": "2026-03-31T23:59:59Z"},
    ]
    items = [promise(customer, **row) for row in rows]
    assert (await client.post("/v1/promises/batch", json={"items": items})).json()["counts"]["created"] == 9
    page = (await client.get("/v1/promises/figures", params={**WINDOW, "limit": 1000})).json()
    PromiseFiguresPage.model_validate(page)
    found = {each["key"]: each for each in page["items"]}
    counts = {"due": 7, "kept": 2, "exceeded": 1, "broken": 1, "withdrawn": 1, "open": 2, "overdue": 1}
    assert found[mine] == {"key": mine, **counts, "kept_share": 0.6}
    assert (found[other]["open"], found[other]["kept_share"]) == (1, None)
    of_customer = await client.get("/v1/promises/figures", params={**WINDOW, "by": "customer", "limit": 1000})
    current = (await client.get(f"/v1/customers/erp:{customer}/timeline")).json()["items"][0]["data"]
    whose = {each["key"]: each["due"] for each in of_customer.json()["items"]}
    assert whose[current["current_customer_id"]] == 8


async def test_publicity_promises_too(client: httpx.AsyncClient) -> None:
    claim = {"what": "Within two days", "medium": "leaflet", "published_at": MADE, "due_at": DUE}
    source = {"system": "press", "id": name()}
    made = await post(client, "/v1/publicity-claims", {**claim, "source": source})
    assert PublicityClaimRead.model_validate(made).model_dump().keys() == made.keys()
    again = await post(client, "/v1/publicity-claims", {**claim, "source": source}, 200)
    assert again == made
    broken = {"outcome": "broken", "settled_at": "2026-03-09T00:00:00Z"}
    path = f"/v1/publicity-claims/press:{source['id']}"
    answer = await client.patch(path, json=broken, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "broken")
