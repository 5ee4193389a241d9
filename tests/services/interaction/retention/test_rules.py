"""Rules: what they can say, which of them holds for a contact, and who may decide."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.interaction.base import JOBS
from services.interaction.holds.actions import RUN
from services.interaction.retention.running import RetentionRun
from services.interaction.retention.schemas import RetentionRulePage, RetentionRuleRead
from services.interaction.retention.tasks import tasks
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.retention.conftest import RULES, RUNS, Run, counted, rule
from tests.services.interaction.test_orders import key, order
from tests.support.running import Running

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GROUPS = {"email": "electronic", "sms": "electronic", "phone": "electronic", "letter": "letter"}


def said(id_: int, **more: Any) -> dict[str, Any]:
    nothing = {"channel": None, "channel_group": None, "keep_days": 30, "action": "delete"}
    return {"id": id_, "kind": "interaction", **nothing, **more}


def test_the_most_particular_rule_holds() -> None:
    rules = [
        said(1),
        said(2, channel="sms"),
        said(3, channel_group="electronic"),
        said(4, channel="letter", action="strip"),
        said(5, kind="order", keep_days=365),
    ]
    found = {int(each.rule): (each.only, each.but) for each in tasks(rules, GROUPS, NOW)}
    assert found[1] == (None, ["email", "phone", "sms"])
    assert found[2] == (["sms"], [])
    assert found[3] == (["email", "phone", "sms"], ["sms"])
    assert found[4] == (["letter"], []), "another action does not narrow it"
    assert found[5] == (None, [])
    assert [each.rule for each in tasks(rules, GROUPS, NOW)] == ["1", "2", "3", "5", "4"]
    assert tasks(rules[4:], GROUPS, NOW)[0].before == "2025-03-01T00:00:00+00:00"


async def test_a_rule_is_kept_changed_and_deleted(client: httpx.AsyncClient) -> None:
    made = await rule(client, "interaction", "strip", channel_group="electronic", keep_days=3650)
    assert RetentionRuleRead.model_validate(made).model_dump(mode="json").keys() == made.keys()
    place = f"{RULES}/{made['id']}"
    again = await client.post(
        RULES, json={k: made[k] for k in ("kind", "channel_group", "keep_days", "action")}
    )
    assert (again.status_code, again.json()["code"]) == (409, "retention_rule_exists")
    assert (await client.patch(place, json={"keep_days": 30})).status_code == 428
    changed = await client.patch(place, json={"keep_days": 30}, headers={"if-match": '"1"'})
    assert (changed.json()["keep_days"], changed.json()["version"]) == (30, 2)
    history = (await client.get(f"{place}/history")).json()["items"]
    assert history[0]["changes"] == {"keep_days": {"from": 3650, "to": 30}}
    listed = (await client.get(RULES)).json()
    RetentionRulePage.model_validate(listed)
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    assert (await client.delete(place, headers={"if-match": '"2"'})).status_code == 204
    assert (await client.get(place)).status_code == 404
    await rule(client, "interaction", "strip", channel_group="electronic")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "delivery", "action": "delete"}, "/action"),
        ({"kind": "publicity_claim", "action": "strip"}, "/action"),
        ({"kind": "mail_original", "action": "strip"}, "/action"),
        ({"kind": "order", "action": "delete", "channel": "sms"}, "/channel"),
        ({"kind": "interaction", "action": "delete", "channel": "sms", "channel_group": "web"}, "/channel"),
        ({"kind": "interaction", "action": "delete", "keep_days": 0}, "/keep_days"),
        ({"kind": "interaction", "action": "delete", "keep_days": 36_501}, "/keep_days"),
        ({"kind": "product", "action": "delete"}, "/kind"),
    ],
)
async def test_what_no_rule_can_say(client: httpx.AsyncClient, body: dict[str, Any], pointer: str) -> None:
    answer = await client.post(RULES, json={"keep_days": 30, **body})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_only_who_sees_all_customers_decides(interaction: Running, client: httpx.AsyncClient) -> None:
    narrow = interaction.client(Principal("u-1", frozenset(("*",)), Visibility.OWN))
    body = {"kind": "order", "action": "delete", "keep_days": 30}
    for path, given in ((RULES, body), (RUNS, {})):
        assert (await narrow.post(path, json=given)).status_code == 403
    reader = interaction.client(Principal("u-1", frozenset(("interactions:write", "orders:write"))))
    assert (await reader.get(RULES)).status_code == 403
    assert (await client.post(RUNS, json={"dry_run": "yes"})).status_code == 422


async def test_contacts_go_by_channel_and_by_age(client: httpx.AsyncClient, run: Run) -> None:
    who, ids = key(name()), {}
    for channel in ("email", "sms", "phone", "letter"):
        body = contact(who, channel=channel)
        ids[channel] = (await client.post("/v1/interactions", json=body)).json()["id"]
    recent = contact(who, channel="letter", occurred_at="2026-11-20T00:00:00Z")
    young = (await client.post("/v1/interactions", json=recent)).json()["id"]
    sale = (await client.post("/v1/orders", json=order(name(), customer=who["id"]))).json()["id"]
    await rule(client, "interaction", channel="sms", keep_days=36_500)
    await rule(client, "interaction", channel_group="electronic", keep_days=10)
    await rule(client, "interaction", keep_days=90)
    made = await client.post(RUNS, json={"dry_run": True})
    counts = await run()
    assert made.status_code == 202
    assert sorted(counted(each) for each in counts.values()) == [(1, 1, 0, 0, 0)], "the last one by name"
    left = {each["id"] for each in (await client.get("/v1/interactions")).json()["items"]}
    assert left == {ids["sms"], young}
    assert (await client.get(f"/v1/orders/{sale}")).status_code == 200


async def test_what_was_written_within_days_stays(client: httpx.AsyncClient, interaction: Running) -> None:
    """Answers that are kept for Idempotency-Keys hold it as long."""
    made = await client.post("/v1/interactions", json=contact(key(name())))
    await rule(client, "interaction")
    asked = await client.post(RUNS, json={})
    assert await work_once(interaction.database, JOBS, {RUN: RetentionRun(interaction.database)})
    counts = (await client.get(asked.headers["location"])).json()["counts"]["rules"]
    assert counted(counts[0]) == (0, 0, 0, 0, 0)
    assert (await client.get(f"/v1/interactions/{made.json()['id']}")).status_code == 200
