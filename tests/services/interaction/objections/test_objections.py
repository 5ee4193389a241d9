"""Objections: what was said, what was tried, and what worked."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.interaction.objections.figures import figures, interval
from services.interaction.objections.schemas import MethodFiguresList, ObjectionCatalogue, ObjectionRead
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import key, post
from tests.support.running import ANYBODY, Running


def objection(customer: str, *attempts: tuple[str, bool | None], **more: Any) -> dict[str, Any]:
    tried = [{"method": method, "worked": worked} for method, worked in attempts]
    said = {"raised_at": "2020-05-05T10:00:00Z", "kind": "price", "said": "Too dear."}
    return {"customer": key(customer), **said, "attempts": tried, **more}


@pytest.fixture
def customer(peer: Peer) -> str:
    """A known customer."""
    known = name()
    peer.put(known)
    return known


async def test_an_objection_keeps_what_was_tried(client: httpx.AsyncClient, customer: str) -> None:
    made = await post(client, "/v1/objections", objection(customer, ("ignore", False), founded=True))
    assert ObjectionRead.model_validate(made).model_dump().keys() == made.keys()
    tried = [*made["attempts"], {"method": "compensate", "answer": "Free delivery.", "worked": True}]
    patch = {"attempts": tried, "outcome": "overcome"}
    path = f"/v1/objections/{made['id']}"
    answer = await client.patch(path, json=patch, headers={"If-Match": '"1"'})
    assert (answer.status_code, len(answer.json()["attempts"])) == (200, 2)
    items = (await client.get(f"/v1/customers/erp:{customer}/timeline")).json()["items"]
    assert [(each["kind"], each["summary"]) for each in items] == [
        ("objection", "price, overcome: Too dear.")
    ]


async def test_the_catalogue_has_every_method(client: httpx.AsyncClient) -> None:
    found = ObjectionCatalogue.model_validate((await client.get("/v1/objections/catalogue")).json())
    labels = {each.code.value: each.labels.zh_hans for each in found.methods}
    methods = {"ignore": "忽视法", "compensate": "补偿法", "tai_chi": "太极法", "inquire": "询问法"}
    assert labels.items() >= methods.items()
    assert labels.keys() >= {"yes_if", "direct_rebuttal"}


async def test_which_method_works_for_which_objection(client: httpx.AsyncClient, customer: str) -> None:
    day = "1990-03-03"
    at = {"raised_at": f"{day}T23:59:59Z"}
    rows = [
        objection(customer, ("compensate", True), ("ignore", False), personality="composed", **at),
        objection(customer, ("compensate", True), ("ignore", None), personality="slick", **at),
        objection(customer, ("compensate", False), **at),
        objection(customer, ("inquire", True), kind="trust", **at),
        objection(customer, ("inquire", True), raised_at="1990-03-04T00:00:00Z"),
    ]
    assert (await client.post("/v1/objections/batch", json={"items": rows})).json()["counts"]["created"] == 5
    params = {"since": day, "until": day}
    page = (await client.get("/v1/objections/methods", params=params)).json()
    MethodFiguresList.model_validate(page)
    told = [(each["kind"], each["method"], each["tried"], each["worked"]) for each in page["items"]]
    assert told == [("price", "compensate", 3, 2), ("price", "ignore", 2, 0), ("trust", "inquire", 1, 1)]
    assert page["items"][0]["share"] == pytest.approx(2 / 3)
    assert page["items"][1]["unknown"] == 1
    apart = await client.get("/v1/objections/methods", params={**params, "by_personality": "true"})
    of_composed = [each for each in apart.json()["items"] if each["personality"] == "composed"]
    assert [(each["method"], each["worked"]) for each in of_composed] == [("compensate", 1), ("ignore", 0)]


async def test_who_may_not_read_personal_data_counts_without_personality(
    interaction: Running, customer: str, client: httpx.AsyncClient
) -> None:
    made = await post(client, "/v1/objections", objection(customer, ("ignore", True)))
    async with interaction.client(replace(ANYBODY, personal=False)) as masked:
        shown = (await masked.get(f"/v1/objections/{made['id']}")).json()
        assert (shown["said"], shown["attempts"]) == (None, None)
        assert {"said", "attempts", "personality"} <= set(shown["masked"])
        params = {"since": "2020-05-05", "until": "2020-05-05"}
        assert (await masked.get("/v1/objections/methods", params=params)).status_code == 200
        refused = await masked.get("/v1/objections/methods", params={**params, "by_personality": "true"})
        assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")


def test_intervals_are_wilsons() -> None:
    """R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17, 1998."""
    for worked, known, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
    ]:
        assert interval(worked, known) == pytest.approx((low, high), abs=5e-5)


def test_the_surest_method_comes_first() -> None:
    row = {"kind": "price", "personality": None, "unknown": 0}
    counted = [
        {**row, "method": "ignore", "tried": 1, "worked": 1, "failed": 0},
        {**row, "method": "inquire", "tried": 40, "worked": 36, "failed": 4},
        {**row, "method": "tai_chi", "tried": 3, "worked": 0, "failed": 0, "unknown": 3},
    ]
    assert [each["method"] for each in figures(counted)] == ["inquire", "ignore", "tai_chi"]
