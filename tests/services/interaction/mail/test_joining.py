"""Threads as they are kept: joined by what comes late; the older id stays, and the other leads to it."""

import asyncio
import random

import httpx

from tests.services.interaction.mail.writing import address, message, taken


async def mails_of(client: httpx.AsyncClient, thread: str) -> list[str]:
    """The ids of a thread's mails, page by page."""
    found, query = [], "?limit=2"
    while query:
        page = await client.get(f"/v1/threads/{thread}{query}")
        assert page.status_code == 200, page.text
        found += [each["id"] for each in page.json()["items"]]
        query = page.json()["next"] and f"?limit=2&cursor={page.json()['next']}"
    return found


async def test_a_late_mail_joins_two_threads(client: httpx.AsyncClient) -> None:
    sender, root, middle = address(), address(), address()
    first = await taken(client, message(sender, Message_ID=f"<{root}>"))
    last = await taken(client, message(sender, References=f"<{middle}>"))
    assert first["thread_id"] != last["thread_id"]
    late = await taken(client, message(sender, Message_ID=f"<{middle}>", In_Reply_To=f"<{root}>"))
    assert late["thread_id"] == first["thread_id"]
    assert (await client.get(f"/v1/mail/{last['id']}")).json()["thread_id"] == first["thread_id"]
    for thread in (first["thread_id"], last["thread_id"]):
        assert set(await mails_of(client, thread)) == {first["id"], late["id"], last["id"]}


async def test_an_answer_without_references_finds_its_topic(client: httpx.AsyncClient) -> None:
    sender, subject = address(), f"Offer {address()}"
    first = await taken(client, message(sender, Subject=subject))
    same = await taken(client, message(sender, Subject=subject, text="again"))
    assert same["thread_id"] != first["thread_id"]
    answer = await taken(client, message(sender, Subject=f"Re: {subject}"))
    assert answer["thread_id"] == first["thread_id"]
    assert set(await mails_of(client, same["thread_id"])) == {first["id"], same["id"], answer["id"]}


async def test_any_order_and_many_writers_make_the_same_threads(client: httpx.AsyncClient) -> None:
    """Two long chains, and a topic that has lost its references, sent at once and in no order."""
    sender, luck = address(), random.Random(5)  # noqa: S311 - an order, not a secret
    mails: list[tuple[str, bytes]] = []
    for chain in ("a", "b"):
        marks = [address() for _ in range(6)]
        for at, mark in enumerate(marks):
            above = {"In_Reply_To": f"<{marks[at - 1]}>"} if at else {}
            mails.append((chain, message(sender, Message_ID=f"<{mark}>", **above)))
    subject = f"Topic {address()}"
    subjects = [subject, *(f"Re: {subject}" for _ in range(5))]
    mails += [("c", message(sender, Subject=each, text=str(at))) for at, each in enumerate(subjects)]
    luck.shuffle(mails)
    made = await asyncio.gather(*(taken(client, raw) for _, raw in mails))
    now = [(await client.get(f"/v1/mail/{each['id']}")).json()["thread_id"] for each in made]
    threads = {chain: {t for (c, _), t in zip(mails, now, strict=True) if c == chain} for chain in "abc"}
    assert {chain: len(found) for chain, found in threads.items()} == {"a": 1, "b": 1, "c": 1}
    assert len(set().union(*threads.values())) == 3


async def test_an_unknown_thread_is_absent(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/threads/0192f0c1-0000-7000-8000-000000000001")).status_code == 404
