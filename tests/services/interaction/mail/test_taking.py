"""Taking mail in: whose it is, once and no more, the original, and who may read it."""

import asyncio
import base64
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.interaction.mail.schemas import MailRead
from shared.auth import Principal, Visibility
from tests.services.interaction.mail.writing import RFC822, address, message, send, taken
from tests.services.interaction.peer import Peer
from tests.support.running import Running


async def set_up(client: httpx.AsyncClient, **settings: Any) -> None:
    now = await client.get("/v1/mail/settings")
    headers = {"if-match": now.headers["etag"]}
    changed = await client.put("/v1/mail/settings", json=settings, headers=headers)
    assert changed.status_code == 200, changed.text


async def test_a_mail_belongs_to_the_one_customer_who_has_its_address(
    client: httpx.AsyncClient, peer: Peer
) -> None:
    sender = address()
    key = peer.put(email=sender)
    made = await send(client, message(f"Fang <{sender.upper()}>", Subject="Where is it?", text="My order"))
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["customer_id"], body["matched"], body["channel"]) == (str(key), True, "email")
    assert (body["subject"], body["body"], body["direction"]) == ("Where is it?", "My order", "inbound")
    assert body["occurred_at"].startswith("2026-03-02T01:30:00")
    shown = (await client.get(f"/v1/mail/{body['id']}")).json()
    assert MailRead.model_validate(shown).model_dump().keys() == shown.keys()
    assert shown["senders"] == [{"address": sender, "name": "Fang"}]
    assert (shown["kind"], shown["defects"], shown["matched"]) == ("message", [], True)


@pytest.mark.parametrize("holders", [0, 2])
async def test_nobody_and_several_are_strangers(client: httpx.AsyncClient, peer: Peer, holders: int) -> None:
    sender = address()
    for _ in range(holders):
        peer.put(email=sender)
    first, second = await taken(client, message(sender)), await taken(client, message(sender))
    assert first["matched"] is second["matched"] is False
    assert first["customer_id"] == second["customer_id"]


async def test_a_dead_customer_service_leaves_a_stranger(client: httpx.AsyncClient, peer: Peer) -> None:
    sender = address()
    peer.put(email=sender)
    peer.down = True
    assert (await taken(client, message(sender)))["matched"] is False


async def test_the_same_mail_is_taken_in_once(client: httpx.AsyncClient, interaction: Running) -> None:
    raw = message(address())
    first = await send(client, raw)
    count = "select count(*) from interaction.feed"
    before = await interaction.database.pool.fetchval(count)
    other = b"Received: from a by b; Mon, 2 Mar 2026 01:31:00 +0000\n" + raw.replace(b"\r\n", b"\n")
    for again in (await send(client, raw), await send(client, other)):
        assert (again.status_code, again.json()) == (200, first.json())
    assert await interaction.database.pool.fetchval(count) == before


async def test_one_mail_from_many_writers_is_one(client: httpx.AsyncClient) -> None:
    raw = message(address(), Date="")
    answers = await asyncio.gather(*(send(client, raw) for _ in range(12)))
    assert sorted(each.status_code for each in answers) == [200] * 11 + [201]
    assert len({each.json()["id"] for each in answers}) == 1


async def test_the_same_message_id_with_other_words_is_another_mail(client: httpx.AsyncClient) -> None:
    sender, mark = address(), f"<{address()}>"
    one = await taken(client, message(sender, Message_ID=mark, text="one"))
    other = await taken(client, message(sender, Message_ID=mark, text="other"))
    assert one["id"] != other["id"]
    assert one["thread_id"] == other["thread_id"]


async def test_json_carries_a_mail_too(client: httpx.AsyncClient) -> None:
    raw = message(address())
    body = {"raw": base64.b64encode(raw).decode(), "direction": "outbound"}
    made = await client.post("/v1/mail", json=body)
    assert (made.status_code, made.json()["direction"]) == (201, "outbound")
    assert (await send(client, raw)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "where"),
    [
        ({"content": b"", "headers": RFC822}, 422, ""),
        ({"content": b"x", "headers": {"content-type": "text/html"}}, 415, None),
        ({"json": {"raw": "no base64!"}}, 422, "/raw"),
        ({"json": {"rwa": "eHg="}}, 422, "/rwa"),
        ({"json": {"raw": "eHh4", "direction": "up"}}, 422, "/direction"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, None),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, sent: Any, status: int, where: str | None
) -> None:
    refused = await client.post("/v1/mail", **sent)
    assert refused.status_code == status, refused.text
    assert where is None or where in [each["pointer"] for each in refused.json()["errors"]]


async def test_our_own_addresses_tell_the_direction(client: httpx.AsyncClient, peer: Peer) -> None:
    await set_up(client, own=["@firm.example", "boss@private.example"])
    receiver = address()
    key = peer.put(email=receiver)
    ours = await taken(client, message("Boss <boss@private.example>", to=f"{receiver}, sales@firm.example"))
    assert (ours["direction"], ours["customer_id"]) == ("outbound", str(key))
    inside = await taken(client, message("a@eu.firm.example", to="b@firm.example"))
    assert (inside["direction"], inside["matched"]) == ("none", False)


@pytest.mark.parametrize("own", [["no address"], ["@"], ["a@b@c"]])
async def test_only_addresses_and_domains_are_ours(client: httpx.AsyncClient, own: list[str]) -> None:
    refused = await client.put("/v1/mail/settings", json={"own": own}, headers={"if-match": '"1"'})
    assert refused.status_code == 422, refused.text


async def test_the_original_comes_back_byte_for_byte(client: httpx.AsyncClient) -> None:
    raw = message(address(), text="\x01 strange\r\n\r\n>From here") + bytes(range(256))
    mail = await taken(client, raw)
    original = await client.get(f"/v1/mail/{mail['id']}/original")
    assert original.content == raw
    assert original.headers["content-type"] == "message/rfc822"
    assert mail["original_kept"] is True


async def test_an_original_that_is_too_large_says_why(client: httpx.AsyncClient) -> None:
    await set_up(client, keep_up_to=1_000)
    try:
        mail = await taken(client, message(address(), text="x" * 2_000))
    finally:
        await set_up(client, keep_up_to=10_485_760)
    assert mail["original_kept"] is False
    assert "originals are kept up to 1,000" in mail["original_reason"]
    gone = await client.get(f"/v1/mail/{mail['id']}/original")
    assert (gone.status_code, gone.json()["code"]) == (410, "original_not_kept")


async def test_masked_readers_see_no_addresses_and_no_original(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    sender = address()
    mail = await taken(client, message(sender))
    masked = interaction.client(Principal("u-m", frozenset(["*"]), personal=False))
    shown = await masked.get(f"/v1/mail/{mail['id']}")
    assert shown.status_code == 200
    assert sender not in shown.text
    assert {"senders", "to", "subject", "message_id"} <= set(shown.json()["masked"])
    assert (await masked.get(f"/v1/mail/{mail['id']}/original")).json()["code"] == "masked_field"
    assert (await send(masked, message(address()))).json()["code"] == "masked_field"
    assert sender not in (await masked.get(f"/v1/threads/{mail['thread_id']}")).text


async def test_mail_of_foreign_customers_is_absent(
    client: httpx.AsyncClient, interaction: Running, peer: Peer
) -> None:
    sender = address()
    peer.put(email=sender, owner="u-9")
    raw = message(sender)
    mail = await taken(client, raw)
    other = interaction.client(Principal("u-8", frozenset(["*"]), visibility=Visibility.OWN))
    for path in (f"mail/{mail['id']}", f"mail/{mail['id']}/original", f"threads/{mail['thread_id']}"):
        assert (await other.get(f"/v1/{path}")).status_code == 404, path
    again, new = await send(other, raw), await send(other, message(sender))
    assert again.json()["code"] == new.json()["code"] == "unknown_customer"
    assert {**again.json(), "trace_id": ""} == {**new.json(), "trace_id": ""}, "what is here answers alike"


async def test_a_bounce_belongs_to_the_mail_that_it_is_about(client: httpx.AsyncClient, peer: Peer) -> None:
    receiver = address()
    key = peer.put(email=receiver)
    ours = await taken(client, message("sales@firm.example", to=receiver), direction="outbound")
    text = f"--d\r\n\r\nSorry\r\n--d\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; {receiver}\r\nAction: failed\r\nStatus: 5.1.1\r\n--d\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{ours['message_id']}>\r\n\r\nx\r\n--d--"  # fmt: skip # noqa: E501 - one bounce
    kind = 'multipart/report; report-type=delivery-status; boundary="d"'
    bounce = await taken(client, message("MAILER-DAEMON@mx.example", text=text, Content_Type=kind))
    assert (bounce["kind"], bounce["direction"], bounce["customer_id"]) == ("bounce", "inbound", str(key))
    assert bounce["about"] == ours["id"]
    assert bounce["thread_id"] == ours["thread_id"]
    assert UUID(bounce["id"])
    (failure,) = bounce["report"]["failures"]
    assert (failure["address"], failure["status"]) == (receiver, "5.1.1")
