"""Search strings: every form of a customer finds it, and the hit says which did."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.auth import Visibility
from tests.services.customer.conftest import Create
from tests.support.running import ANYBODY, Running

PEOPLE: dict[str, dict[str, Any]] = {
    "zhang": {
        "name": "张伟",
        "contact_points": [
            {"type": "phone", "value": "138 0013 8000"},
            {"type": "wechat", "value": "zw_1980"},
        ],
        "identities": [{"system": "erp", "id": "C-00417"}],
        "tags": ["Beta 测试"],
        "addresses": [{"lines": ["南京西路1266号", "Plaza 66"], "city": "上海"}],
        "attributes": {"hobby": {"name": "Chess Club"}, "vip_level": 907},
    },
    "zeng": {"name": "曾国藩", "given_name": "国藩", "family_name": "曾"},
    "muller": {
        "name": "Jörg Müller",
        "contact_points": [{"type": "email", "value": "Joerg.M@Example.de"}],
    },
    "firm": {"kind": "organization", "name": "萬國科技有限公司"},
    "petr": {"name": "Пётр Чайковский"},
}


@pytest.fixture(scope="module")
async def people(customer: Running) -> dict[str, str]:
    """Create everybody; return their ids by name."""
    async with customer.client() as client:
        answers = {name: await client.post("/v1/customers", json=body) for name, body in PEOPLE.items()}
    return {name: answer.json()["id"] for name, answer in answers.items()}


async def found(client: httpx.AsyncClient, q: str, **more: Any) -> list[dict[str, Any]]:
    answer = await client.post("/v1/customers/search", json={"q": q, **more})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("who", "q", "field", "form"),
    [
        ("zhang", "张伟", "name", "exact"),
        ("zhang", "張偉", "name", "exact"),
        ("zhang", "zhangwei", "name", "pinyin"),
        ("zhang", "zhang wei", "name", "pinyin"),
        ("zhang", "Wei Zhang", "name", "pinyin"),
        ("zhang", "ZHANGWEI", "name", "pinyin"),
        ("zhang", "zw", "name", "initials"),
        ("zhang", "伟", "name", "han"),
        ("zhang", "偉", "name", "han"),
        ("zhang", "zhangw", "name", "prefix"),
        ("zhang", "zhangwie", "name", "typo"),
        ("zhang", "+86 138-0013-8000", "phone", "exact"),
        ("zhang", "0086 13800138000", "phone", "exact"),
        ("zhang", "\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10", "phone", "exact"),
        ("zhang", "8000", "phone", "ends"),
        ("zhang", "3800 1380 00", "phone", "ends"),
        ("zhang", "c-00417", "identity", "exact"),
        ("zhang", "C-004", "identity", "prefix"),
        ("zhang", "beta 測試", "tag", "exact"),
        ("zhang", "南京西路", "address", "words"),
        ("zhang", "plaza 66", "address", "words"),
        ("zhang", "chess club", "attribute", "exact"),
        ("zhang", "907", "attribute", "exact"),
        ("zhang", "ZW_1980", "contact", "exact"),
        ("zeng", "zengguofan", "name", "pinyin"),
        ("zeng", "guofan zeng", "name", "pinyin"),
        ("zeng", "cengguofan", "name", "pinyin"),
        ("zeng", "zhengguofan", "name", "typo"),
        ("zeng", "国藩", "name", "han"),
        ("zeng", "zgf", "name", "initials"),
        ("muller", "muller", "name", "folded"),
        ("muller", "mueller", "name", "folded"),
        ("muller", "MÜLLER jorg", "name", "folded"),
        ("muller", "jorgmuller", "name", "folded"),
        ("muller", "muellerjoerg", "name", "folded"),
        ("muller", "jorgmulle", "name", "prefix"),
        ("muller", "Mullr", "name", "typo"),
        ("muller", "jorg mulelr", "name", "typo"),
        ("muller", "joe mül", "name", "prefix"),
        ("muller", "joerg.m@example.DE", "email", "exact"),
        ("muller", "joerg.m@", "email", "prefix"),
        ("muller", "jm", "name", "initials"),
        ("firm", "万国科技", "name", "exact"),
        ("firm", "科技有限公司", "name", "han"),
        ("firm", "wanguokeji", "name", "prefix"),
        ("petr", "петр чайковский", "name", "exact"),
        ("petr", "petr", "name", "folded"),
        ("petr", "чайков", "name", "prefix"),
        ("petr", "petrchaikovskii", "name", "folded"),
    ],
)
async def test_every_form_finds(
    client: httpx.AsyncClient, people: dict[str, str], *, who: str, q: str, field: str, form: str
) -> None:
    (hit,) = [item for item in await found(client, q) if item["id"] == people[who]]
    assert (hit["match"]["field"], hit["match"]["form"]) == (field, form), hit["match"]
    assert hit["match"]["reason"].endswith(".")
    (listed,) = [
        item
        for item in (await client.get("/v1/customers", params={"q": q})).json()["items"]
        if item["id"] == people[who]
    ]
    assert listed == hit


@pytest.mark.parametrize(
    "q", ["!!", "不存在的人", "nobody at all", "'", "\\", "()&|!", "123456789", "%_", "𠮷"]
)
async def test_what_nobody_has_finds_nobody(
    client: httpx.AsyncClient, people: dict[str, str], q: str
) -> None:
    assert await found(client, q) == []


@pytest.mark.parametrize("q", ["':* | 'zhang", "!zhang & (", "zhang:*", "\\' or 1=1", "zhang\u202ewei"])
async def test_no_string_is_an_expression(client: httpx.AsyncClient, people: dict[str, str], q: str) -> None:
    assert all("zhang" in q and item["match"]["field"] == "name" for item in await found(client, q))


async def test_the_better_match_comes_first(client: httpx.AsyncClient, create: Create) -> None:
    names = ["Liora Xu", "Liora", "Liorana Xu", "利"]
    ids = {(await create(name=name))["id"]: name for name in names}
    hits = [(ids[item["id"]], item["match"]["form"]) for item in await found(client, "Liora")]
    assert hits == [("Liora", "exact"), ("Liora Xu", "folded"), ("Liorana Xu", "prefix")]


async def test_pages_of_hits_hold_everybody_once(client: httpx.AsyncClient, create: Create) -> None:
    made = [
        (await create(name=name))["id"] for name in ["Quentin", "Quentin A", "Quentinus", "Quentin B"] * 3
    ]
    seen: list[str] = []
    body: dict[str, Any] = {"q": "quentin", "limit": 2}
    while True:
        answer = (await client.post("/v1/customers/search", json=body)).json()
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        body["cursor"] = answer["next"]
    order = [[0, 4, 8], [1, 3, 5, 7, 9, 11], [2, 6, 10]]
    assert seen == [made[at] for tier in order for at in reversed(tier)]


async def test_a_string_narrows_with_a_filter_and_a_sort(client: httpx.AsyncClient, create: Create) -> None:
    first, second, _ = [
        (await create(name="Ottokar", region=region))["id"] for region in ("Ost", "Ost", "West")
    ]
    tree = {"field": "region", "op": "eq", "value": "Ost"}
    assert [item["id"] for item in await found(client, "ottokar", filter=tree)] == [second, first]
    by_age = await found(client, "ottokar", filter=tree, sort=[{"field": "created_at", "direction": "asc"}])
    assert [item["id"] for item in by_age] == [first, second]
    assert by_age[0]["match"]["form"] == "exact"
    listed = await client.get("/v1/customers", params={"q": "ottokar", "region": "West"})
    assert len(listed.json()["items"]) == 1


async def test_a_write_is_found_by_the_very_next_search(client: httpx.AsyncClient, create: Create) -> None:
    made = await create(name="Before Change")
    etag = {"If-Match": '"1"'}
    await client.patch(f"/v1/customers/{made['id']}", json={"name": "变化之后"}, headers=etag)
    assert [item["id"] for item in await found(client, "bianhuazhihou")] == [made["id"]]
    assert await found(client, "before change") == []
    row = {"name": "批次来的", "identities": [{"system": "erp", "id": "batch-1"}]}
    await client.post("/v1/customers/batch", json={"items": [row]})
    assert len(await found(client, "pcld")) == 1
    await client.delete(f"/v1/customers/{made['id']}", headers={"If-Match": '"2"'})
    assert await found(client, "bianhuazhihou") == []


async def test_nobody_is_found_by_what_its_finder_may_not_see(
    customer: Running, people: dict[str, str]
) -> None:
    masked = customer.client(replace(ANYBODY, id="u-masked", personal=False))
    for q in ("13800138000", "8000", "南京西路", "chess club", "joerg.m@example.de", "zw_1980"):
        assert await found(masked, q) == []
    (hit,) = await found(masked, "zhangwei")
    assert hit["match"]["value"] == "张伟"
    own = customer.client(replace(ANYBODY, id="u-other", visibility=Visibility.OWN))
    assert await found(own, "zhangwei") == []
    refused = await masked.get("/v1/customers", params={"q": "zhangwei", "phone": "8000"})
    assert refused.status_code == 403


async def test_without_a_string_nothing_is_matched(client: httpx.AsyncClient, people: dict[str, str]) -> None:
    for answer in (
        await client.get("/v1/customers", params={"limit": 1}),
        await client.post("/v1/customers/search", json={"limit": 1}),
    ):
        assert answer.json()["items"][0]["match"] is None


@pytest.mark.parametrize(
    "q",
    [
        "\u0000",
        "a\u0000b",
        "   ",
        "",
        "\ud800",
        "x" * 201,
        "张" * 200,
        "a " * 100,
        "'" * 200,
        "\\" * 199,
        "\u202e" * 50,
        "1" * 200,
        "́" * 100,
        "\U0010ffff",
        "a" * 20 + " " + "b" * 20,
        "@" * 200,
        "\uff20",
        "-5",
        "é" * 200,
    ],
)
async def test_no_string_breaks_a_search(client: httpx.AsyncClient, people: dict[str, str], q: str) -> None:
    body = json.dumps({"q": q})
    answer = await client.post(
        "/v1/customers/search", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {200, 400, 422}, answer.text
    if "\ud800" not in q:
        listed = await client.get("/v1/customers", params={"q": q})
        assert listed.status_code == answer.status_code or q == "\u0000", listed.text
