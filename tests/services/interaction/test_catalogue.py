"""The catalogue of channels is whole, in groups, and named in three scripts; a firm adds its own."""

from typing import Any

import httpx
import pytest

from services.interaction.channels.schemas import ChannelCatalogue
from services.interaction.interactions.catalogue import (
    DIRECTIONS,
    GROUPS,
    PURPOSES,
    ChannelGroup,
    Direction,
    Purpose,
)
from services.interaction.interactions.known import channels
from shared.auth import Principal
from tests.services.interaction.conftest import contact, name
from tests.support.running import Running

PATH = "/v1/channels"
INTERACTIONS = "/v1/interactions"
OF_THE_TEXT = {  # the handbook's D15, group by group
    "mass_media": "general_media focus_media",
    "web": "search_engine friendly_link keyword_ranking news interactive_page online_forum online_support"
    " web_form web_chat",
    "electronic": "phone sms qq msn wechat whatsapp email fax app_push video_call",
    "face_to_face": "transaction visit service survey",
    "events": "technical_exchange product_launch social_event",
    "industry_association": "industry_association",
    "letter": "letter postcard gift",
}
FORMAL = {"sale", "service", "research", "complaint", "collection"}  # D16; the other four are not
INFORMAL = {"emotional_contact", "important_date", "shared_interest", "sharing_joy"}


def channel(**more: Any) -> dict[str, Any]:
    labels = {"en": "Stream", "zh-Hans": "直播", "zh-Hant": "直播"}
    return {
        "code": name("c").replace("-", "_").lower(),
        "group": "web",
        "formal": False,
        "labels": labels,
    } | more


def through(code: str, **more: Any) -> dict[str, Any]:
    return contact({"system": "erp", "id": name()}, channel=code, **more)


async def made(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await client.post(PATH, json=channel(**more))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PATH}/{answer.json()['code']}"
    return answer.json()


async def test_the_catalogue_is_whole(client: httpx.AsyncClient) -> None:
    shown = (await client.get(PATH)).json()
    assert (
        ChannelCatalogue.model_validate(shown).model_dump(by_alias=True, mode="json").keys() == shown.keys()
    )
    built_in = [each for each in shown["items"] if each["built_in"]]
    groups = {group: [each["code"] for each in built_in if each["group"] == group] for group in GROUPS}
    assert groups == {group: codes.split() for group, codes in OF_THE_TEXT.items()}
    assert {each["code"]: each["formal"] for each in shown["purposes"]} == {
        **dict.fromkeys(FORMAL, True),
        **dict.fromkeys(INFORMAL, False),
    }
    for each in (*built_in, *shown["groups"], *shown["directions"], *shown["purposes"]):
        assert each["labels"].keys() == {"en", "zh-Hans", "zh-Hant"}
        assert all(each["labels"].values())
    assert (set(GROUPS), set(DIRECTIONS), set(PURPOSES)) == (set(ChannelGroup), set(Direction), set(Purpose))


async def test_every_code_can_be_recorded(client: httpx.AsyncClient) -> None:
    codes = " ".join(OF_THE_TEXT.values()).split()
    items = [through(each) for each in codes]
    items += [through("phone", direction=each) for each in Direction]
    items += [through("phone", purpose=each) for each in Purpose]
    answer = await client.post(f"{INTERACTIONS}/batch", json={"items": items})
    assert answer.json()["counts"]["created"] == len(items)


async def test_a_channel_of_ones_own_is_recorded_filtered_and_known(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    own = await made(client)
    assert (own["built_in"], own["used"], own["retired_at"]) == (False, False, None)
    assert (await client.get(f"{PATH}/{own['code']}")).json() == own
    assert own in (await client.get(PATH)).json()["items"]
    contact_ = (await client.post(INTERACTIONS, json=through(own["code"]))).json()
    listed = (await client.get(INTERACTIONS, params={"channel": own["code"]})).json()["items"]
    assert listed == [contact_]
    known = (await channels(interaction.database))[own["code"]]
    assert (known.group, known.formal, known.used) == ("web", False, True)
    told = await client.get("/v1/changes/snapshot", params={"kind": "channel", "ids": own["id"]})
    assert told.json()["items"][0]["data"]["code"] == own["code"]


async def test_what_is_used_is_retired_and_what_is_not_is_deleted(client: httpx.AsyncClient) -> None:
    used, unused = await made(client), await made(client)
    await client.post(INTERACTIONS, json=through(used["code"]))
    tag = {"if-match": '"1"'}
    refused = await client.delete(f"{PATH}/{used['code']}", headers=tag)
    assert (refused.status_code, refused.json()["code"]) == (409, "channel_in_use")
    assert (await client.delete(f"{PATH}/{unused['code']}", headers=tag)).status_code == 204
    assert (await client.get(f"{PATH}/{unused['code']}")).status_code == 404
    gone = await client.post(INTERACTIONS, json=through(unused["code"]))
    assert (gone.status_code, gone.json()["code"]) == (422, "unknown_channel")
    again = await made(client, code=unused["code"])
    assert again["id"] != unused["id"]


async def test_a_retired_channel_takes_what_is_late_and_nothing_newer(client: httpx.AsyncClient) -> None:
    own = await made(client)
    sent = through(own["code"], source={"system": "pbx", "id": name()}, occurred_at="2026-02-01T00:00:00Z")
    first = await client.post(INTERACTIONS, json=sent)
    path, tag = f"{PATH}/{own['code']}", {"if-match": '"1"'}
    retired = await client.patch(path, json={"retired_at": "2026-03-01T00:00:00Z"}, headers=tag)
    assert (retired.status_code, retired.json()["version"]) == (200, 2)
    assert (await client.post(INTERACTIONS, json=sent)).json() == first.json()
    late = await client.post(INTERACTIONS, json=through(own["code"], occurred_at="2026-02-28T00:00:00Z"))
    newer = await client.post(INTERACTIONS, json=through(own["code"], occurred_at="2026-03-01T00:00:00Z"))
    assert (late.status_code, newer.status_code) == (201, 422)
    assert newer.json()["errors"][0]["pointer"] == "/channel"
    back = await client.patch(path, json={"retired_at": None}, headers={"if-match": '"2"'})
    assert back.json()["retired_at"] is None
    history = (await client.get(f"{path}/history")).json()["items"]
    assert [list(each["changes"]) for each in history] == [["retired_at"], ["retired_at"], []]


async def test_the_built_in_ones_stay_as_they_are(client: httpx.AsyncClient) -> None:
    tag = {"if-match": (await client.get(f"{PATH}/msn")).headers["etag"]}
    for patch in ({"formal": True}, {"group": "web"}, {"labels": {"en": "Messenger"}}):
        refused = await client.patch(f"{PATH}/msn", json=patch, headers=tag)
        assert (refused.status_code, refused.json()["code"]) == (409, "channel_built_in")
    assert (await client.delete(f"{PATH}/msn", headers=tag)).json()["code"] == "channel_in_use"
    retired = await client.patch(f"{PATH}/msn", json={"retired_at": "2013-03-15T00:00:00Z"}, headers=tag)
    assert retired.status_code == 200
    assert (await client.post(INTERACTIONS, json=through("msn"))).status_code == 422
    tag = {"if-match": retired.headers["etag"]}
    assert (await client.patch(f"{PATH}/msn", json={"retired_at": None}, headers=tag)).status_code == 200


async def test_a_patch_changes_what_it_names(client: httpx.AsyncClient) -> None:
    own = await made(client)
    patch = {"labels": {"en": "Live"}, "formal": True, "group": "events"}
    path, tag = f"{PATH}/{own['code']}", {"if-match": '"1"'}
    after = (await client.patch(path, json=patch, headers=tag)).json()
    assert after["labels"] == {**own["labels"], "en": "Live"}
    assert (after["formal"], after["group"]) == (True, "events")
    assert (await client.patch(path, json=patch, headers=tag)).status_code == 412
    assert (await client.patch(path, json=patch)).status_code == 428


@pytest.mark.parametrize(
    ("wrong", "status", "pointer"),
    [
        ({"code": "phone"}, 409, None),
        ({"code": "Live Stream"}, 422, "/code"),
        ({"group": "radio"}, 422, "/group"),
        ({"labels": {"en": "Stream"}}, 422, "/labels/zh-Hans"),
        ({"built_in": True}, 422, "/built_in"),
        ({"formal": 1}, 422, "/formal"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, wrong: Any, status: int, pointer: str | None
) -> None:
    refused = await client.post(PATH, json=channel(**wrong))
    assert refused.status_code == status
    if pointer:
        assert pointer in [error["pointer"] for error in refused.json()["errors"]]


async def test_scopes_are_demanded(interaction: Running) -> None:
    reader = interaction.client(Principal("u-1", frozenset(("interactions:read",))))
    assert (await reader.get(PATH)).status_code == 200
    assert (await reader.post(PATH, json=channel())).status_code == 403
