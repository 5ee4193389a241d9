"""The catalogue of channels is whole, in groups, and named in three scripts."""

import httpx

from services.interaction.interactions.catalogue import (
    CHANNELS,
    DIRECTIONS,
    GROUPS,
    PURPOSES,
    Channel,
    Direction,
    Purpose,
)
from services.interaction.interactions.schemas import ChannelCatalogue
from tests.services.interaction.conftest import contact, name

OF_THE_TEXT = {  # the handbook's D15, group by group
    "mass_media": 2,
    "web": 9,
    "electronic": 10,
    "face_to_face": 4,
    "events": 3,
    "industry_association": 1,
    "letter": 3,
}


def test_every_code_has_its_group_and_labels() -> None:
    assert set(CHANNELS) == set(Channel)
    assert set(DIRECTIONS) == set(Direction)
    assert set(PURPOSES) == set(Purpose)
    counted = {group: [each for each, _ in CHANNELS.values()].count(group) for group in GROUPS}
    assert counted == OF_THE_TEXT
    labels = [*GROUPS.values(), *(named for _, named in CHANNELS.values()), *DIRECTIONS.values()]
    labels += [named for _, named in PURPOSES.values()]
    assert all(each.en and each.hans and each.hant for each in labels)


async def test_the_catalogue_is_served(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/v1/channels")).json()
    phone = next(each for each in shown["items"] if each["code"] == "phone")
    assert phone == {
        "code": "phone",
        "group": "electronic",
        "labels": {"en": "Phone", "zh-Hans": "电话", "zh-Hant": "電話"},
    }
    again = ChannelCatalogue.model_validate(shown)
    assert again.model_dump(by_alias=True, mode="json") == shown


async def test_every_code_can_be_recorded(client: httpx.AsyncClient) -> None:
    items = [contact({"system": "erp", "id": name()}, channel=each) for each in Channel]
    items += [contact({"system": "erp", "id": name()}, direction=each) for each in Direction]
    items += [contact({"system": "erp", "id": name()}, purpose=each) for each in Purpose]
    answer = await client.post("/v1/interactions/batch", json={"items": items})
    assert answer.json()["counts"]["created"] == len(items)
