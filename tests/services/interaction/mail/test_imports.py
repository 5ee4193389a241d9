"""Imports of mailboxes: exact counts, what was rejected and why, parts, and going on after a crash."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from jobs.life import Job
from jobs.working import work_once
from services.interaction.base import JOBS
from services.interaction.mail import importing, mbox
from services.interaction.mail.importing import EMPTY, KIND, MailImport
from services.interaction.mail.uploading import drop_abandoned
from shared.auth import Principal, Visibility
from shared.clock import utc_now
from tests.services.interaction.mail.writing import address, message, send
from tests.support.running import Running

MBOX = {"content-type": "application/mbox"}
LINE = b"From a@b.example Mon Mar  2 09:30:00 2026\r\n"


def mailbox(*mails: bytes) -> bytes:
    return b"\r\n".join(LINE + each for each in mails)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 3)


async def done(client: httpx.AsyncClient, interaction: Running, made: httpx.Response) -> dict[str, Any]:
    """Let a worker do the jobs that wait, and return the one that was asked for."""
    assert made.status_code == 202, made.text
    works = {KIND: MailImport(interaction.database, interaction.app.state.customers)}
    while await work_once(interaction.database, JOBS, works):
        pass
    shown = (await client.get(made.headers["location"])).json()
    assert shown["status"] == "done", shown
    found: dict[str, Any] = shown
    return found


async def test_a_mailbox_is_imported_and_counted(client: httpx.AsyncClient, interaction: Running) -> None:
    sender = address()
    mails = [message(sender, text=str(number)) for number in range(7)]
    assert (await send(client, mails[3])).status_code == 201
    whole = mailbox(*mails, mails[0], b"", b"no fields, but bytes\r\n")
    made = await client.post("/v1/mail/imports", content=whole, headers=MBOX)
    job = await done(client, interaction, made)
    counted = {name: job["counts"][name] for name in ("messages", "created", "unchanged", "rejected")}
    assert counted == {"messages": 10, "created": 7, "unchanged": 2, "rejected": 1}
    rejected = (await client.get(f"{made.headers['location']}/rejected")).json()["items"]
    assert [(each["number"], each["reason"]) for each in rejected] == [(9, EMPTY)]
    assert whole[rejected[0]["offset"] :].startswith(LINE)
    again = await client.post("/v1/mail/imports", content=whole, headers=MBOX)
    counts = (await done(client, interaction, again))["counts"]
    assert (counts["created"], counts["unchanged"], counts["rejected"]) == (0, 9, 1)


async def test_parts_are_one_mailbox(client: httpx.AsyncClient, interaction: Running) -> None:
    whole, upload = mailbox(*(message(address()) for _ in range(4))), uuid4()
    cuts = [whole[:100], whole[100:101], whole[101:]]
    for number in (3, 1, 2, 2):
        sent = await client.put(
            f"/v1/mail/uploads/{upload}/parts/{number}", content=cuts[number - 1], headers=MBOX
        )
        assert sent.json() == {"upload": str(upload), "number": number, "size": len(cuts[number - 1])}
    missing = await client.post("/v1/mail/imports", json={"upload": str(upload), "parts": 4})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/parts")
    made = await client.post("/v1/mail/imports", json={"upload": str(upload), "parts": 3})
    assert (await done(client, interaction, made))["counts"]["created"] == 4
    left = "select count(*) from interaction.mail_parts where upload_id = $1"
    assert await interaction.database.pool.fetchval(left, upload) == 0


async def test_parts_are_dropped_that_no_import_asks_for_in_a_week(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    forgotten, awaited = uuid4(), uuid4()
    for upload in (forgotten, awaited):
        await client.put(
            f"/v1/mail/uploads/{upload}/parts/1", content=mailbox(message(address())), headers=MBOX
        )
    made = await client.post("/v1/mail/imports", json={"upload": str(awaited), "parts": 1})
    kept = "select upload_id from interaction.mail_parts where upload_id = any($1)"
    for days, left in ((6, {forgotten, awaited}), (8, {awaited})):
        await drop_abandoned(interaction.database, lambda days=days: utc_now() + timedelta(days=days))
        rows = await interaction.database.pool.fetch(kept, [forgotten, awaited])
        assert {row["upload_id"] for row in rows} == left
    assert (await done(client, interaction, made))["counts"]["created"] == 1


async def test_an_import_goes_on_where_it_was_killed(
    client: httpx.AsyncClient, interaction: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = [message(address()) for _ in range(8)]
    made = await client.post("/v1/mail/imports", content=mailbox(*mails, mails[0]), headers=MBOX)
    saved, kept = 0, Job.save

    async def dying(job: Job, *given: Any, **checkpoint: Any) -> None:
        nonlocal saved
        saved += 1
        await kept(job, *given, **checkpoint)
        if saved == 2:
            raise OSError("killed before its commit")

    monkeypatch.setattr(Job, "save", dying)
    works = {KIND: MailImport(interaction.database, interaction.app.state.customers)}
    with pytest.raises(OSError, match="killed"):
        await work_once(interaction.database, JOBS, works)
    half = (await client.get(made.headers["location"])).json()
    assert (half["status"], half["counts"]["created"]) == ("running", 3)
    await interaction.database.pool.execute(
        "update interaction.jobs set leased_until = now() - '1s'::interval"
    )
    counts = (await done(client, interaction, made))["counts"]
    assert (counts["messages"], counts["created"], counts["unchanged"]) == (9, 8, 1)


async def test_a_message_that_is_too_long_is_rejected(
    client: httpx.AsyncClient, interaction: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "LONGEST", 1_000)
    whole = mailbox(message(address(), text="x\r\n" * 500), message(address()))
    made = await client.post("/v1/mail/imports", content=whole, headers=MBOX)
    counts = (await done(client, interaction, made))["counts"]
    assert (counts["created"], counts["rejected"], counts["bytes"]) == (1, 1, len(whole) - 2 * len(LINE))


async def test_the_time_of_the_line_counts_where_there_is_no_other(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    raw = message(address(), Date="")
    await done(client, interaction, await client.post("/v1/mail/imports", content=LINE + raw, headers=MBOX))
    assert (await send(client, raw)).json()["occurred_at"].startswith("2026-03-02T09:30:00")


@pytest.mark.parametrize("rights", [{"visibility": Visibility.OWN}, {"personal": False}])
async def test_only_who_sees_everything_imports(interaction: Running, rights: Any) -> None:
    some = interaction.client(Principal("u-1", frozenset(["*"]), **rights))
    refused = await some.post("/v1/mail/imports", content=mailbox(message(address())), headers=MBOX)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_for_all")


async def test_an_upload_is_whose_it_is(client: httpx.AsyncClient, interaction: Running) -> None:
    path = f"/v1/mail/uploads/{uuid4()}/parts/1"
    assert (await client.put(path, content=b"x", headers=MBOX)).status_code == 200
    other = interaction.client(Principal("u-other", frozenset(["*"])))
    assert (await other.put(path, content=b"y", headers=MBOX)).json()["code"] == "other_upload"
