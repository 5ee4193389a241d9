"""A contact in full: who took part, what was attached, how it sounded, in which language and thread."""

from typing import Any

import httpx
import pytest

from services.interaction.interactions.details import canonical
from services.interaction.interactions.schemas import InteractionRead
from shared.auth import Principal
from tests.services.interaction.conftest import contact, name
from tests.support.running import Running

PATH = "/v1/interactions"
FULL: dict[str, Any] = {
    "language": "zh-hans-cn",
    "sentiment": {"score": -0.5, "label": "annoyed", "by": "u-12"},
    "participants": [
        {"side": "customer", "role": "from", "contact_point": "li.na@example.com", "name": "李娜"},
        {"side": "customer", "role": "cc", "customer": {"system": "erp", "id": "C-9"}},
        {"side": "firm", "role": "agent", "principal": "u-12"},
    ],
    "attachments": [
        {
            "name": "报价.pdf",
            "media_type": "application/pdf",
            "size": 18204,
            "sha256": "0" * 64,
            "key": "a/1",
        },
        {"url": "https://example.com/scan.png"},
    ],
}
PERSON = {"side": "customer", "role": "from"}


def whom() -> dict[str, str]:
    return {"system": "erp", "id": name()}


def given(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in each.items() if value is not None} for each in shown]


async def test_what_is_told_is_shown_in_every_place(client: httpx.AsyncClient) -> None:
    customer, thread = whom(), name("thread")
    made = await client.post(PATH, json=contact(customer, **FULL, thread_id=thread))
    assert made.status_code == 201, made.text
    body = made.json()
    assert InteractionRead.model_validate(body).model_dump().keys() == body.keys()
    assert (body["language"], body["sentiment"]) == ("zh-Hans-CN", FULL["sentiment"])
    assert given(body["participants"]) == FULL["participants"]
    assert given(body["attachments"]) == FULL["attachments"]
    places = (
        f"{PATH}?thread_id={thread}",
        f"/v1/customers/erp:{customer['id']}/timeline",
        f"/v1/changes/snapshot?kind=interaction&ids={body['id']}",
    )
    for place in places:
        (shown,) = (await client.get(place)).json()["items"]
        assert shown.get("data", shown) == body


async def test_a_batch_tells_it_too_and_a_repeat_changes_nothing(client: httpx.AsyncClient) -> None:
    row = contact(whom(), **FULL, thread_id="t", source={"system": "mail", "id": name()})
    bare = contact(whom(), source={"system": "mail", "id": name()})
    for outcome in ("created", "unchanged"):
        results = (await client.post(f"{PATH}/batch", json={"items": [row, bare]})).json()["results"]
        assert [each["outcome"] for each in results] == [outcome] * 2
    for sent in (row, bare):
        assert (await client.post(PATH, json=sent)).status_code == 200
    shown = (await client.get(f"{PATH}/mail:{bare['source']['id']}")).json()
    assert (shown["participants"], shown["attachments"], shown["sentiment"]) == ([], [], None)


async def test_a_correction_replaces_a_list_and_empties_a_judgement(client: httpx.AsyncClient) -> None:
    made = (await client.post(PATH, json=contact(whom(), **FULL))).json()
    path, tag = f"{PATH}/{made['id']}", {"if-match": '"1"'}
    patch = {
        "participants": FULL["participants"][:1],
        "attachments": [],
        "sentiment": None,
        "language": "en-gb",
    }
    after = (await client.patch(path, json=patch, headers=tag)).json()
    assert (given(after["participants"]), after["attachments"]) == (FULL["participants"][:1], [])
    assert (after["sentiment"], after["language"]) == (None, "en-GB")
    (last, _) = (await client.get(f"{path}/history")).json()["items"]
    assert last["changes"].keys() == patch.keys()
    assert given(last["changes"]["participants"]["from"]) == FULL["participants"]


async def test_who_took_part_is_personal(client: httpx.AsyncClient, interaction: Running) -> None:
    made = (await client.post(PATH, json=contact(whom(), **FULL))).json()
    async with interaction.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as clerk:
        shown = await clerk.get(f"{PATH}/{made['id']}")
        refused = [
            await clerk.post(PATH, json=contact(whom(), **{field: FULL[field]}))
            for field in ("participants", "attachments")
        ]
        allowed = await clerk.post(PATH, json=contact(whom(), sentiment=FULL["sentiment"], language="en"))
    assert (shown.json()["participants"], shown.json()["attachments"]) == (None, None)
    assert "li.na" not in shown.text
    assert [each.json()["code"] for each in refused] == ["masked_field"] * 2
    assert allowed.status_code == 201, allowed.text


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"language": "Chinese!"}, "/language"),
        ({"sentiment": {"score": 1.5, "by": "x"}}, "/sentiment/score"),
        ({"sentiment": {"score": True, "by": "x"}}, "/sentiment/score"),
        ({"sentiment": {"by": "x"}}, "/sentiment"),
        ({"sentiment": {"label": "good"}}, "/sentiment/by"),
        ({"participants": [{"side": "customer", "role": "from"}]}, "/participants/0"),
        ({"participants": [{**PERSON, "principal": "u-1"}]}, "/participants/0"),
        (
            {"participants": [{**PERSON, "side": "firm", "customer": {"system": "e", "id": "1"}}]},
            "/participants/0",
        ),
        ({"participants": [{**PERSON, "name": "x", "role": "king"}]}, "/participants/0/role"),
        ({"attachments": [{"name": "a"}]}, "/attachments/0"),
        ({"attachments": [{"key": "a", "url": "https://a.example"}]}, "/attachments/0"),
        ({"attachments": [{"url": "javascript:alert(1)"}]}, "/attachments/0/url"),
        ({"attachments": [{"key": "a", "sha256": "00"}]}, "/attachments/0/sha256"),
        ({"attachments": [{"key": "a", "size": -1}]}, "/attachments/0/size"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, wrong: Any, pointer: str) -> None:
    refused = await client.post(PATH, json=contact(whom(), **wrong))
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("EN", "en"),
        ("sgn-be-fr", "sgn-BE-FR"),
        ("de-ch-1901", "de-CH-1901"),
        ("es-419", "es-419"),
        ("EN-ca-X-CA", "en-CA-x-ca"),
    ],
)
def test_a_language_is_written_in_one_way(tag: str, expected: str) -> None:
    assert canonical(tag) == expected
