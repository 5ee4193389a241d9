"""Relations: what every slice promises, and that nobody is related twice, to itself, or as it cannot be."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.customer.relations.schemas import CustomerRelationPage, RelationCatalogue, RelationRead
from shared.auth import Principal, Visibility
from tests.services.customer.conftest import Create
from tests.support.running import Running

PATH = "/v1/relations"
DETAILS = {"title": "采购总监", "department": "Purchasing", "role": "decides", "note": "since the merger"}
EVERY = frozenset(("*",))


@pytest.fixture
async def ends(create: Create) -> tuple[str, str]:
    """Make a person and an organization."""
    person = await create(owner="u-1", department="east")
    firm = await create(name="Tea House", kind="organization", owner="u-1", department="east")
    return person["id"], firm["id"]


@pytest.fixture
async def job(client: httpx.AsyncClient, ends: tuple[str, str]) -> dict[str, Any]:
    """Employ the person."""
    return await made(client, ends, "employment", valid_from="2024-05-01", **DETAILS)


def body(ends: tuple[str, str], type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "from_customer": ends[0], "to_customer": ends[1], **more}


async def made(client: httpx.AsyncClient, ends: tuple[str, str], type_: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=body(ends, type_, **more))
    assert answer.status_code == 201, answer.text
    relation: dict[str, Any] = answer.json()
    return relation


async def refused(client: httpx.AsyncClient, given: dict[str, Any], status: int) -> dict[str, Any]:
    answer = await client.post(PATH, json=given)
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def at(relation: dict[str, Any]) -> str:
    return f"{PATH}/{relation['id']}"


async def test_a_relation_is_kept_and_read_from_both_ends(
    client: httpx.AsyncClient, job: dict[str, Any], ends: tuple[str, str]
) -> None:
    RelationRead.model_validate(job)
    assert DETAILS.items() <= job.items()
    assert (job["from_customer_id"], job["to_customer_id"], job["valid_to"], job["masked"]) == (
        *ends,
        None,
        [],
    )
    read = await client.get(at(job))
    assert (read.json(), read.headers["etag"]) == (job, '"1"')
    for mine, other, direction in ((0, 1, "outgoing"), (1, 0, "incoming")):
        page = (await client.get(f"/v1/customers/{ends[mine]}/relations")).json()
        CustomerRelationPage.model_validate(page)
        (item,) = page["items"]
        assert (item["direction"], item["other"]["id"], item["relation"]) == (direction, ends[other], job)


async def test_customers_are_named_as_everywhere(client: httpx.AsyncClient, create: Create) -> None:
    names = [{"system": "erp", "id": uuid4().hex} for _ in range(2)]
    whose = [await create(identities=[name]) for name in names]
    relation = (await client.post(PATH, json=body((names[0], names[1]), "referral"))).json()  # type: ignore[arg-type]  # names
    assert [relation["from_customer_id"], relation["to_customer_id"]] == [each["id"] for each in whose]


async def test_lists_are_filtered_and_come_in_pages(client: httpx.AsyncClient, create: Create) -> None:
    me, firm = (await create())["id"], (await create(kind="organization"))["id"]
    others = [(await create())["id"] for _ in range(3)]
    path = f"/v1/customers/{me}/relations"
    job = await made(
        client, (me, firm), "employment", role="blocks", valid_from="2024-01-01", valid_to="2024-12-31"
    )
    gone = await made(client, (me, others[0]), "referral")
    came = [await made(client, (other, me), "referral", valid_from="2025-01-01") for other in others[1:]]

    async def ids(**given: Any) -> list[str]:
        return [item["relation"]["id"] for item in (await client.get(path, params=given)).json()["items"]]

    everything = [each["id"] for each in (job, gone, *came)]
    assert await ids() == everything
    assert await ids(type="employment") == await ids(role="blocks") == [job["id"]]
    assert await ids(direction="outgoing") == everything[:2]
    assert await ids(direction="incoming", type="referral") == everything[2:]
    assert await ids(at="2024-12-31") == everything[:2]
    assert await ids(at="2025-01-01") == everything[1:]
    found, cursor = [], None
    while not found or cursor:
        page = (await client.get(path, params={"limit": 1} | ({"cursor": cursor} if cursor else {}))).json()
        found += [item["relation"]["id"] for item in page["items"]]
        cursor = page["next"]
    assert found == everything


async def test_a_patch_changes_what_it_names(client: httpx.AsyncClient, job: dict[str, Any]) -> None:
    seen = {"If-Match": '"1"'}
    assert (await client.patch(at(job), json={"role": "uses"})).status_code == 428
    patched = await client.patch(
        at(job), json={"role": "uses", "note": None, "valid_to": "2026-01-31"}, headers=seen
    )
    assert (patched.status_code, patched.headers["etag"]) == (200, '"2"'), patched.text
    assert (patched.json()["role"], patched.json()["note"]) == ("uses", None)
    assert (await client.patch(at(job), json={"title": "CEO"}, headers=seen)).status_code == 412
    history = (await client.get(f"{at(job)}/history")).json()["items"]
    assert history[0]["changes"]["valid_to"] == {"from": None, "to": "2026-01-31"}
    for wrong in (
        {"type": "partner"},
        {"valid_to": "2020-01-01"},
        {"share": "0.5"},
        {"role": "boss"},
        {"valid_to": "31.1."},
    ):
        answer = await client.patch(at(job), json=wrong, headers={"If-Match": '"2"'})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(wrong))}")
    assert (await client.delete(at(job), headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.get(at(job))).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"type": "friend"}, "/type"),
        ({"type": "x_"}, "/type"),
        ({"type": "household"}, "/to_customer"),
        ({"type": "hierarchy"}, "/from_customer"),
        ({"type": "referral", "role": "decides"}, "/role"),
        ({"type": "referral", "title": "CEO"}, "/title"),
        ({"share": "0.5"}, "/share"),
        ({"type": "hierarchy", "share": "1.5"}, "/share"),
        ({"valid_from": "2025-01-02", "valid_to": "2025-01-01"}, "/valid_to"),
        ({"valid_from": "2025-02-30"}, "/valid_from"),
        ({"valid_from": "2025-01-01T00:00:00Z"}, "/valid_from"),
        ({"from_customer": str(uuid4())}, "/from_customer"),
        ({"to_customer": {"system": "erp", "id": "nobody"}}, "/to_customer"),
        ({"nonsense": 1}, "/nonsense"),
    ],
)
async def test_there_are_only_relations_that_can_be(
    client: httpx.AsyncClient, ends: tuple[str, str], wrong: dict[str, Any], pointer: str
) -> None:
    problem = await refused(client, {**body(ends, "employment"), **wrong}, 422)
    assert problem["errors"][0]["pointer"] == pointer


async def test_nobody_is_related_to_itself(client: httpx.AsyncClient, ends: tuple[str, str]) -> None:
    problem = await refused(client, body((ends[0], ends[0]), "referral"), 422)
    assert (problem["code"], problem["errors"][0]["pointer"]) == ("bad_relation", "/to_customer")


async def test_types_of_your_own_tie_whom_they_like(client: httpx.AsyncClient, ends: tuple[str, str]) -> None:
    assert (await made(client, ends, "x_audits", source="crawler"))["source"] == "crawler"
    assert (await made(client, ends[::-1], "x_audits"))["type"] == "x_audits"


async def test_nobody_is_related_twice_on_one_day(
    client: httpx.AsyncClient, job: dict[str, Any], ends: tuple[str, str]
) -> None:
    problem = await refused(client, body(ends, "employment", valid_from="2030-01-01"), 409)
    assert (problem["code"], problem["relation_id"]) == ("relation_exists", job["id"])
    await client.patch(at(job), json={"valid_to": "2024-12-31"}, headers={"If-Match": '"1"'})
    again = await made(client, ends, "employment", valid_from="2025-01-01")
    back = await client.patch(at(job), json={"valid_to": "2025-01-01"}, headers={"If-Match": '"2"'})
    assert (back.status_code, back.json()["relation_id"]) == (409, again["id"])
    earlier = await client.patch(at(job), json={"valid_to": "2024-06-30"}, headers={"If-Match": '"2"'})
    assert earlier.status_code == 200


async def test_who_lives_with_somebody_is_lived_with(client: httpx.AsyncClient, create: Create) -> None:
    pair = (await create())["id"], (await create())["id"]
    await made(client, pair, "household")
    assert (await refused(client, body(pair[::-1], "household"), 409))["code"] == "relation_exists"
    await made(client, pair, "referral")
    await made(client, pair[::-1], "referral")


async def test_of_many_at_once_one_is_made(client: httpx.AsyncClient, ends: tuple[str, str]) -> None:
    answers = await asyncio.gather(*(client.post(PATH, json=body(ends, "partner")) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [201, *[409] * 7]


async def test_a_key_makes_one_relation(client: httpx.AsyncClient, ends: tuple[str, str]) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first, again = [await client.post(PATH, json=body(ends, "partner"), headers=key) for _ in range(2)]
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


async def test_who_does_not_see_both_ends_sees_no_relation(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    mine, theirs = await create(owner="u-1", department="east"), await create(owner="u-2", department="east")
    relation = await made(client, (mine["id"], theirs["id"]), "partner")
    people = {
        "one end": (Principal("u-1", EVERY, Visibility.OWN), 404),
        "other end": (Principal("u-2", EVERY, Visibility.OWN), 404),
        "both": (Principal("u-3", EVERY, Visibility.DEPARTMENT, "east"), 200),
        "neither": (Principal("u-3", EVERY, Visibility.DEPARTMENT, "west"), 404),
    }
    for who, (principal, status) in people.items():
        async with customer.client(principal) as caller:
            assert (await caller.get(at(relation))).status_code == status, who
            patched = await caller.patch(at(relation), json={"note": None}, headers={"If-Match": '"1"'})
            assert patched.status_code == status, who
            told = await caller.get(
                "/v1/changes/snapshot", params={"kind": "relation", "ids": relation["id"]}
            )
            assert len(told.json()["items"]) == (status == 200), who
            if who == "one end":
                assert (await caller.get(f"/v1/customers/{mine['id']}/relations")).json()["items"] == []
                problem = await refused(caller, body((mine["id"], theirs["id"]), "referral"), 422)
                assert problem["errors"][0]["pointer"] == "/to_customer"
    await client.delete(f"/v1/customers/{theirs['id']}", headers={"If-Match": '"1"'})
    assert (await client.get(at(relation))).status_code == 404
    assert (await client.get(f"/v1/customers/{mine['id']}/relations")).json()["items"] == []


async def test_titles_and_notes_are_personal(
    customer: Running, job: dict[str, Any], ends: tuple[str, str]
) -> None:
    async with customer.client(Principal("u-clerk", EVERY, personal=False)) as clerk:
        read = (await clerk.get(at(job))).json()
        assert (read["masked"], read["title"], read["note"], read["role"]) == (
            ["title", "note"],
            None,
            None,
            "decides",
        )
        listed = (await clerk.get(f"/v1/customers/{ends[0]}/relations")).json()["items"][0]["relation"]
        assert listed == read
        given = await clerk.patch(at(job), json={"title": "CEO"}, headers={"If-Match": '"1"'})
        assert (given.status_code, given.json()["code"]) == (403, "masked_field")
        plain = await clerk.post(PATH, json=body(ends, "referral"))
        assert plain.status_code == 201, plain.text


async def test_the_feed_tells_of_it(customer: Running, job: dict[str, Any]) -> None:
    rows = await customer.database.pool.fetch(
        "select type, owners, departments from customer.feed where $1 = any(subjects)", job["id"]
    )
    assert [tuple(row) for row in rows] == [("relation.created", ["u-1"], ["east"])]


async def test_the_catalogue_speaks_three_scripts(client: httpx.AsyncClient) -> None:
    catalogue = (await client.get("/v1/relation-types")).json()
    RelationCatalogue.model_validate(catalogue)
    codes = [each["code"] for each in catalogue["items"]]
    assert codes == ["employment", "hierarchy", "household", "referral", "partner"]
    assert [each["code"] for each in catalogue["roles"]] == [
        "decides",
        "influences",
        "uses",
        "buys",
        "blocks",
    ]
    labels = [each[name] for each in catalogue["items"] for name in ("labels", "inverse_labels")]
    assert all(label[script] for label in labels for script in ("en", "zh-Hans", "zh-Hant"))
