"""Stripping: what is personal goes, that it happened stays, and so do counts, totals and balances."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.interaction.kinds import KINDS
from services.interaction.retention.reach import DATED, RetentionAction, actions
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.mail.writing import address, message, send, taken
from tests.services.interaction.retention.conftest import Run, counted, rule
from tests.services.interaction.retention.test_kinds import bodies
from tests.services.interaction.test_orders import key, order
from tests.services.interaction.webhooks.test_webhooks import PATH as WEBHOOKS
from tests.services.interaction.webhooks.test_webhooks import number, payload, sms, source
from tests.services.interaction.working import Work
from tests.support.running import Running

SPAN = "since=2026-01-01T00:00:00Z&until=2026-12-31T00:00:00Z"
FIGURES = ("timeline/totals", "account", f"balance?{SPAN}")
CANARY = "canary"
ATTEMPTS = [{"method": method, "answer": CANARY, "worked": True} for method in ("inquire", "ignore")]


async def figures(client: httpx.AsyncClient, who: str) -> list[Any]:
    answers = [await client.get(f"/v1/customers/erp:{who}/{path}") for path in FIGURES]
    assert {each.status_code for each in answers} == {200}
    return [each.json() for each in answers]


async def whole(interaction: Running) -> str:
    """Return every row of what is kept of records, and its history."""
    names = [str(kind.model.__table__) for kind in KINDS]
    more = ("history", "call_events", "mails", "mail_originals", "webhook_originals", "thread_marks")
    tables = [*names, *(f"interaction.{each}" for each in more)]
    rows = [await interaction.database.pool.fetch(f"select t::text from {table} t") for table in tables]
    return "\n".join(row[0] for some in rows for row in some)


async def test_what_is_personal_goes_and_the_counts_stay(
    client: httpx.AsyncClient, interaction: Running, work: Work, run: Run
) -> None:
    await client.post("/v1/campaigns", json={"code": "spring", "name": "Spring", "first_day": "2026-03-01"})
    who, places = name(), dict[str, str]()
    for kind, (path, body) in bodies(key(who)).items():
        if RetentionAction.STRIP not in actions(kind):
            continue
        said: dict[str, Any] = {each: CANARY for each in ("body", "what", "said") if each in body}
        said |= {"attempts": ATTEMPTS} if kind == "objection" else {}
        made = await client.post(f"/v1/{path}", json={**body, **said, "attributes": {"note": CANARY}})
        assert made.status_code == 201, made.text
        places[kind] = f"/v1/{path.removesuffix('/events')}/{made.json()['id']}"
        if kind != "call":
            patch = {"attributes": {"note": CANARY, "more": CANARY}}
            changed = await client.patch(places[kind], json=patch, headers={"if-match": '"1"'})
            assert changed.status_code == 200, changed.text
        await rule(client, kind, "strip")
    before = await figures(client, who)
    assert CANARY in await whole(interaction)
    assert {counted(each) for each in (await run(dry_run=True)).values()} == {(1, 1, 0, 0, 0)}
    assert CANARY in await whole(interaction), "a dry run changes nothing"
    assert {counted(each) for each in (await run()).values()} == {(1, 1, 0, 0, 0)}
    assert CANARY not in await whole(interaction)
    assert {counted(each) for each in (await run()).values()} == {(0, 0, 0, 0, 0)}, "there is nothing left"
    assert await figures(client, who) == before
    for kind, place in places.items():
        shown = (await client.get(place)).json()
        assert shown["attributes"] == {}, kind
        DATED[kind].read.model_validate(shown)
        history = (await client.get(f"{place}/history")).json()["items"]
        assert "attributes" in history[0]["changes"], kind
    assert (await client.get(places["objection"])).json()["attempts"] == [
        {**each, "answer": None, "by": None} for each in ATTEMPTS
    ]
    await work()
    told = (await client.get("/v1/changes", params={"limit": 2000})).json()["items"]
    last = {each["subject"]: each for each in told}
    mine = [last[place.rpartition("/")[2]] for place in places.values()]
    assert {each["type"].rpartition(".")[2] for each in mine} == {"updated"}
    assert all("attributes" in each["changed"] and each["data"]["attributes"] == {} for each in mine)


async def test_a_repeat_does_not_bring_back_what_was_stripped(client: httpx.AsyncClient, run: Run) -> None:
    body = contact(key(name()), body="Hello", attributes={"a": 1}, purpose="service", source=key(name()))
    made = (await client.post("/v1/interactions", json=body)).json()
    await rule(client, "interaction", "strip")
    await run()
    again = await client.post("/v1/interactions", json=body)
    assert (again.status_code, again.json()["body"], again.json()["version"]) == (200, None, 2)
    items = [body, {**body, "purpose": "sale"}]
    results = (await client.post("/v1/interactions/batch", json={"items": items})).json()["results"]
    assert [each["outcome"] for each in results] == ["unchanged", "updated"]
    shown = (await client.get(f"/v1/interactions/{made['id']}")).json()
    assert (shown["body"], shown["attributes"], shown["purpose"]) == (None, {}, "sale")
    patch = {"body": "Said by hand"}
    changed = await client.patch(
        f"/v1/interactions/{made['id']}", json=patch, headers={"if-match": f'"{shown["version"]}"'}
    )
    assert changed.json()["body"] == "Said by hand"


@pytest.mark.parametrize("action", ["delete", "strip"])
async def test_a_mail_goes_with_its_original_and_does_not_come_back(
    client: httpx.AsyncClient, interaction: Running, run: Run, action: str
) -> None:
    sender = address()
    raw = message(sender, text="Secret of a letter")
    mail = await taken(client, raw)
    await rule(client, "interaction", action, channel="email")
    assert counted((await run())[f"interaction {action}"]) == (1, 1, 0, 0, 0)
    for place in (f"/v1/mail/{mail['id']}", f"/v1/mail/{mail['id']}/original"):
        assert (await client.get(place)).status_code == 404
    left = (await client.get(f"/v1/interactions/{mail['id']}")).status_code
    assert left == (404 if action == "delete" else 200)
    again = await send(client, raw)
    assert (again.status_code, again.json()["code"]) == (410, "record_retired")
    everything = await whole(interaction)
    assert "Secret" not in everything
    assert sender not in everything
    answers = message(sender, In_Reply_To=mail["message_id"])
    assert (await send(client, answers)).status_code == 201, "who answers it begins a thread"


async def test_a_payload_goes_with_the_first_of_its_messages(client: httpx.AsyncClient, run: Run) -> None:
    code, other = await source(client), await source(client)
    young = 1_795_000_000_000
    sent = await client.post(
        f"{WEBHOOKS}/{code}/messages", json=payload(sms(number()), sms(number(), at=young))
    )
    old, new = (each["id"] for each in sent.json()["results"])
    kept = await client.post(f"{WEBHOOKS}/{other}/messages", json=payload(sms(number(), at=young)))
    places = []
    for id_ in (new, kept.json()["results"][0]["id"]):
        said = (await client.get(f"/v1/interactions/{id_}")).json()["attributes"]
        places.append(f"/v1/webhook-originals/{said['webhook_original']}")
    claimed = contact(key(name()), attributes={"webhook_original": places[1].rpartition("/")[2]})
    lying = contact(key(name()), attributes={"webhook_original": "no id"})
    for body in (claimed, lying):
        assert (await client.post("/v1/interactions", json=body)).status_code == 201
    await rule(client, "interaction", keep_days=90)
    assert counted((await run())["interaction delete"]) == (3, 3, 0, 0, 0)
    assert (await client.get(f"/v1/interactions/{old}")).status_code == 404
    assert (await client.get(f"/v1/interactions/{new}")).status_code == 200
    assert [(await client.get(place)).status_code for place in places] == [404, 200], "only its own"


async def test_originals_of_mails_have_a_rule_of_their_own(client: httpx.AsyncClient, run: Run) -> None:
    mail = await taken(client, message(address()))
    await rule(client, "mail_original")
    assert counted((await run(dry_run=True))["mail_original delete"]) == (1, 1, 0, 0, 0)
    assert (await client.get(f"/v1/mail/{mail['id']}/original")).status_code == 200
    told = (await run())["mail_original delete"]
    assert (counted(told), told["oldest"]) == ((1, 1, 0, 0, 0), "2026-03-02T01:30:00+00:00")
    gone = await client.get(f"/v1/mail/{mail['id']}/original")
    assert (gone.status_code, gone.json()["code"]) == (410, "original_not_kept")
    assert (await client.get(f"/v1/mail/{mail['id']}")).json()["original_kept"] is False
    assert counted((await run())["mail_original delete"]) == (0, 0, 0, 0, 0)


async def test_a_hold_keeps_what_came_with_others(client: httpx.AsyncClient, run: Run) -> None:
    code, made = await source(client), list[dict[str, Any]]()
    for messages in ([sms(number()), sms(number())], [sms(number())], [{"nothing": "of use"}]):
        sent = await client.post(f"{WEBHOOKS}/{code}/messages", json=payload(*messages))
        found = [each["id"] for each in sent.json()["results"] if each["id"]]
        made += [(await client.get(f"/v1/interactions/{id_}")).json() for id_ in found]
    hold = f"/v1/customers/{made[0]['customer_id']}/retention-hold"
    assert (await client.put(hold, json={"reason": "Lawsuit"})).status_code == 201
    await rule(client, "webhook_original")
    assert counted((await run())["webhook_original delete"]) == (3, 2, 0, 1, 0)
    await rule(client, "interaction")
    assert counted((await run())["interaction delete"]) == (3, 2, 0, 1, 0)
    places = [f"/v1/webhook-originals/{each['attributes']['webhook_original']}" for each in made]
    assert [(await client.get(place)).status_code for place in places] == [200, 200, 404]
    assert (await client.delete(hold, headers={"if-match": '"1"'})).status_code == 204
    assert counted((await run())["webhook_original delete"]) == (1, 1, 0, 0, 0)


async def test_a_stranger_goes_when_nothing_of_it_is_left(
    client: httpx.AsyncClient, interaction: Running, work: Work, run: Run
) -> None:
    numbers = [f"+86138{uuid4().int % 10**8:08}" for _ in range(2)]
    came = [
        (await client.post("/v1/interactions", json=contact({"system": "phone", "id": number}))).json()
        for number in numbers
    ]
    await client.post("/v1/orders", json=order(name(), customer=None) | {"customer": came[1]["customer_id"]})
    await work()
    one = f"/v1/inbox/{came[0]['customer_id']}"
    match = {"if-match": (await client.get(one)).headers["etag"]}
    assert (await client.post(f"{one}/dismiss", json={"reason": CANARY}, headers=match)).status_code == 200
    assert CANARY in await whole(interaction)
    await rule(client, "stranger")
    assert counted((await run())["stranger delete"]) == (0, 0, 0, 0, 0), "something of both is left"
    await rule(client, "interaction")
    await run()
    assert counted((await run())["stranger delete"]) == (1, 1, 0, 0, 0), "of the other there is an order"
    names = {each["customer_id"]: number for each, number in zip(came, numbers, strict=True)}
    known = await interaction.database.pool.fetch("select external_id from interaction.external_identities")
    assert set(names.values()) & {row[0] for row in known} == {numbers[1]}
    waiting = {each["id"] for each in (await client.get("/v1/inbox")).json()["items"]}
    assert waiting & names.keys() == {came[1]["customer_id"]}
    assert CANARY not in await whole(interaction), "why it was dismissed is gone too"


async def test_last_contacts_follow_what_is_deleted(
    client: httpx.AsyncClient, interaction: Running, work: Work, run: Run
) -> None:
    """Tables that are kept from facts hear of what went."""
    who, pool = name(), interaction.database.pool
    body = contact(key(who), direction="inbound")
    made = (await client.post("/v1/interactions", json=body)).json()
    await pool.execute(
        "update interaction.identities set provisional = false where original_id = $1", made["customer_id"]
    )
    last = "select last_at from interaction.rhythms where customer_id = $1"
    await work()
    assert (await pool.fetchval(last, made["customer_id"])) is not None
    await rule(client, "interaction")
    await run()
    await work()
    assert (await pool.fetchval(last, made["customer_id"])) is None
