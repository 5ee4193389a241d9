"""Webhooks in: payloads are read by their source's mapping, once, signed, kept, and previewed."""

import base64
import hashlib
import hmac
import time
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from services.interaction.webhooks.schemas import WebhookSourceRead
from services.interaction.webhooks.sealing import opened, seal
from shared.auth import Principal, Visibility
from tests.services.interaction.peer import Peer
from tests.support.running import Running

PATH = "/v1/webhook-sources"
SMS = {
    "list": "/messages",
    "id": "/id",
    "from": "sender.number",
    "to": "$/account/number",
    "text": "/parts/0/text",
    "time": "/at",
    "direction": "/kind",
    "thread": "/chat",
    "time_format": "unix_ms",
    "directions": {"MO": "inbound", "MT": "outbound"},
}


def number() -> str:
    return f"+86138{uuid4().int % 10**8:08}"


def payload(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"account": {"number": "10690000"}, "messages": list(messages)}


def sms(from_: str, **more: Any) -> dict[str, Any]:
    told = {"id": uuid4().hex, "sender": {"number": from_}, "parts": [{"text": "Hello"}], "kind": "MO"}
    return {**told, "at": 1_772_415_000_000, "chat": "c-1", **more}


async def source(client: httpx.AsyncClient, **more: Any) -> str:
    code = f"s-{uuid4().hex[:8]}"
    body = {"code": code, "name": "SMS", "channel": "sms", "system": "phone", "mapping": SMS, **more}
    made = await client.post(PATH, json=body)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{PATH}/{code}"
    shown = await client.get(f"{PATH}/{code}")
    assert shown.json() == made.json()
    assert WebhookSourceRead.model_validate(shown.json()).model_dump().keys() == shown.json().keys()
    return code


async def test_messages_are_read_by_the_mapping(client: httpx.AsyncClient, peer: Peer) -> None:
    sender = number()
    key = peer.put(phone=sender)
    code = await source(client)
    sent = payload(sms(sender), sms(number(), kind="MT", sender={"number": "10690000"}))
    answer = await client.post(f"{PATH}/{code}/messages", json=sent)
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["results"]
    assert (first["outcome"], first["matched"], second["matched"]) == ("created", True, False)
    shown = (await client.get(f"/v1/interactions/{first['id']}")).json()
    assert shown["customer_id"] == str(key)
    assert (shown["channel"], shown["direction"], shown["body"]) == ("sms", "inbound", "Hello")
    assert shown["occurred_at"].startswith("2026-03-02T01:30:00")
    assert shown["source"] == {"system": code, "id": sent["messages"][0]["id"]}
    assert shown["thread_id"] == f"{code}:c-1"
    assert shown["attributes"] == {"webhook_original": answer.json()["original"]}
    assert [each["contact_point"] for each in shown["participants"]] == [sender, "10690000"]
    thread = (await client.get(f"/v1/threads/{code}:c-1")).json()["items"]
    assert [each["id"] for each in thread] == sorted([first["id"], second["id"]])


async def test_a_payload_that_comes_again_writes_nothing(client: httpx.AsyncClient) -> None:
    code, sent = await source(client), payload(sms(number()), sms(number(), at=None))
    first = (await client.post(f"{PATH}/{code}/messages", json=sent)).json()
    again = (await client.post(f"{PATH}/{code}/messages", json=sent)).json()
    assert again["counts"] == {"created": 0, "updated": 0, "unchanged": 2, "rejected": 0}
    assert again["original"] == first["original"]
    sent["messages"][0]["parts"][0]["text"] = "Hello (edited)"
    edited = (await client.post(f"{PATH}/{code}/messages", json=sent)).json()
    assert [each["outcome"] for each in edited["results"]] == ["updated", "unchanged"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"at": "soon"}, "/at"),
        ({"id": ["a", "list"]}, "/id"),
        ({"sender": None}, None),
        ({"kind": "sideways"}, None),
    ],
)
async def test_a_bad_message_disturbs_no_other(
    client: httpx.AsyncClient, wrong: dict[str, Any], pointer: str | None
) -> None:
    code = await source(client)
    answer = await client.post(f"{PATH}/{code}/messages", json=payload(sms(number(), **wrong), sms(number())))
    bad, good = answer.json()["results"]
    assert (bad["outcome"], good["outcome"]) == ("rejected", "created")
    assert bad["problem"]["code"] == "unmapped"
    assert pointer is None or bad["problem"]["errors"][0]["pointer"] == pointer


async def test_a_payload_without_its_list_is_refused(client: httpx.AsyncClient) -> None:
    refused = await client.post(f"{PATH}/{await source(client)}/messages", json={"other": 1})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/messages")


async def test_a_dry_run_tells_and_writes_nothing(client: httpx.AsyncClient) -> None:
    code, sent = await source(client), payload(sms(number()))
    told = (await client.post(f"{PATH}/{code}/messages?dry_run=true", json=sent)).json()
    assert (told["original"], told["counts"]["created"]) == (None, 1)
    made = (await client.post(f"{PATH}/{code}/messages", json=sent)).json()
    assert made["counts"]["created"] == 1


def signed(scheme: str, body: bytes, secret: str = "a-long-secret") -> dict[str, str]:  # noqa: S107 - a test's
    if scheme == "standard":
        now = str(int(time.time()))
        whole = hmac.digest(secret.encode(), f"m-1.{now}.".encode() + body, "sha256")
        given = f"v1,AAAA v1,{base64.b64encode(whole).decode()}"
        return {"webhook-id": "m-1", "webhook-timestamp": now, "webhook-signature": given}
    digest = hmac.digest(secret.encode(), body, getattr(hashlib, scheme.split("_", maxsplit=1)[0]))
    text = digest.hex() if scheme.endswith("hex") else base64.b64encode(digest).decode()
    return {"x-hub-signature": ("sha256=" if scheme == "sha256_hex" else "") + text}


@pytest.mark.parametrize("scheme", ["sha256_hex", "sha256_base64", "sha1_hex", "sha1_base64", "standard"])
async def test_a_source_with_a_secret_takes_only_what_is_signed(
    client: httpx.AsyncClient, interaction: Running, scheme: str
) -> None:
    code = await source(client, signature={"scheme": scheme, "header": "X-Hub-Signature"})
    put = await client.put(f"{PATH}/{code}/secret", json={"secret": "a-long-secret"})
    assert (put.status_code, put.json()["signed"]) == (200, True)
    body = orjson.dumps(payload(sms(number())))
    kind = {"content-type": "application/json"}
    path = f"{PATH}/{code}/messages"
    for wrong in ({}, signed(scheme, body + b" "), signed(scheme, body, "another-secret")):
        refused = await client.post(path, content=body, headers={**kind, **wrong})
        assert (refused.status_code, refused.json()["code"]) == (403, "bad_signature"), wrong
    good = await client.post(path, content=body, headers={**kind, **signed(scheme, body)})
    assert (good.status_code, good.json()["counts"]["created"]) == (200, 1), good.text
    history = await client.get(f"{PATH}/{code}/history")
    assert "a-long-secret" not in put.text + history.text


async def test_a_secret_is_sealed_and_is_set_anew_when_the_key_has_changed(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    code = await source(client)
    await client.put(f"{PATH}/{code}/secret", json={"secret": "a-long-secret"})
    kept = "select s.secret from interaction.webhook_secrets s join interaction.webhook_sources w \
        on w.id = s.source_id where w.code = $1"
    sealed = await interaction.database.pool.fetchval(kept, code)
    assert "a-long-secret" not in sealed
    assert opened(sealed, interaction.settings.secret) == "a-long-secret"
    lost = "update interaction.webhook_secrets set secret = $2 where secret = $1"
    await interaction.database.pool.execute(lost, sealed, seal("a-long-secret", b"k" * 32))
    body = orjson.dumps(payload(sms(number())))
    answer = await client.post(f"{PATH}/{code}/messages", content=body, headers=signed("sha256_hex", body))
    assert (answer.status_code, "GUANXI_SECRET" in answer.json()["detail"]) == (503, True)


async def test_a_source_is_changed_with_its_history(client: httpx.AsyncClient) -> None:
    code = await source(client)
    seen = {"if-match": (await client.get(f"{PATH}/{code}")).headers["etag"]}
    changed = await client.patch(
        f"{PATH}/{code}", json={"mapping": {"from": "/who", "text": "/what"}}, headers=seen
    )
    assert (changed.status_code, changed.json()["version"]) == (200, 2), changed.text
    sent = {"who": number(), "what": "Hi"}
    told = (await client.post(f"{PATH}/{code}/messages", json=sent)).json()
    assert told["counts"]["created"] == 1
    entries = (await client.get(f"{PATH}/{code}/history")).json()["items"]
    assert [list(each["changes"]) for each in entries] == [["mapping"], []]
    twice = await client.post(
        PATH, json={"code": code, "name": "x", "channel": "sms", "system": "phone", "mapping": {}}
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "code_taken")
    listed = (await client.get(f"{PATH}?limit=1000")).json()["items"]
    assert code in [each["code"] for each in listed]


FORM = {"email": "mail", "phone": "tel", "name": "name", "text": "message"}


@pytest.mark.parametrize("by", ["mail", "tel", "both", "other"])
async def test_a_form_is_of_the_one_customer_who_has_the_address_or_the_number(
    client: httpx.AsyncClient, peer: Peer, by: str
) -> None:
    code = await source(client, channel="web_form", mapping=FORM)
    mail, tel = f"{uuid4().hex}@customer.example", number()
    key = peer.put(**{"mail": {"email": mail}, "tel": {"phone": tel}}.get(by, {}))
    if by == "both":
        key = peer.put(email=mail, phone=tel)
    if by == "other":
        peer.put(email=mail)
        peer.put(phone=tel)
    sent = {"name": "王芳", "mail": mail, "tel": tel, "message": "你好 & goodbye"}
    answer = await client.post(f"/v1/webforms/{code}", data=sent)
    assert answer.status_code == 200, answer.text
    (made,) = answer.json()["results"]
    assert (made["outcome"], made["matched"]) == ("created", by != "other")
    shown = (await client.get(f"/v1/interactions/{made['id']}")).json()
    assert (shown["channel"], shown["body"]) == ("web_form", "你好 & goodbye")
    assert by == "other" or shown["customer_id"] == str(key)
    assert shown["participants"][0]["name"] == "王芳"


async def test_a_form_in_another_charset_and_one_that_names_nobody(client: httpx.AsyncClient) -> None:
    code = await source(client, channel="web_form", mapping=FORM)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    body = b"message=" + b"".join(b"%%%02X" % byte for byte in "你好世界".encode("gbk")) + b"+x"
    (made,) = (await client.post(f"/v1/webforms/{code}", content=body, headers=kind)).json()["results"]
    shown = (await client.get(f"/v1/interactions/{made['id']}")).json()
    assert (shown["body"], shown["matched"]) == ("你好世界 x", False)
    assert (await client.post(f"/v1/webforms/{await source(client)}", json={})).status_code == 404


async def test_an_original_is_for_who_sees_everything(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    code, sent = await source(client), payload(sms(number()))
    body = orjson.dumps(sent, option=orjson.OPT_INDENT_2)
    kind = {"content-type": "application/json"}
    made = (await client.post(f"{PATH}/{code}/messages", content=body, headers=kind)).json()
    path = f"/v1/webhook-originals/{made['original']}"
    assert (await client.get(path)).content == body
    for rights in ({"visibility": Visibility.OWN}, {"personal": False}):
        some = interaction.client(Principal("u-1", frozenset(["*"]), **rights))
        assert (await some.get(path)).status_code == 403


async def test_a_message_comes_again_under_a_key_and_when_its_sender_is_known(
    client: httpx.AsyncClient, peer: Peer
) -> None:
    sender, code = number(), await source(client)
    path, sent, key = f"{PATH}/{code}/messages", payload(sms(sender)), {"idempotency-key": uuid4().hex}
    first = await client.post(path, json=sent, headers=key)
    assert (first.status_code, first.json()["results"][0]["matched"]) == (200, False)
    replayed = await client.post(path, json=sent, headers=key)
    assert (replayed.json(), replayed.headers["idempotency-replayed"]) == (first.json(), "true")
    peer.put(phone=sender)
    (again,) = (await client.post(path, json=sent)).json()["results"]
    assert (again["outcome"], again["id"]) == ("unchanged", first.json()["results"][0]["id"])
