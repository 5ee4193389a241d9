"""What ties mails names people: it goes with the last mail that says it, and ties the others until then."""

from uuid import uuid4

import httpx
import pytest

from tests.services.interaction.mail.writing import address, message, send, taken
from tests.services.interaction.retention.conftest import Run, counted, rule
from tests.services.interaction.retention.test_stripping import whole
from tests.support.running import Running

OLD, YOUNG = "Mon, 2 Mar 2026 09:30:00 +0800", "Tue, 1 Sep 2026 09:30:00 +0800"
REPORT = (
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
    "Final-Recipient: rfc822; x@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {}\r\n\r\n--b--"
)


def mark() -> str:
    return f"<{uuid4().hex}@customer.example>"


async def ties(interaction: Running) -> list[str]:
    """Return all marks that there are."""
    return [
        row[0] for row in await interaction.database.pool.fetch("select name from interaction.thread_marks")
    ]


@pytest.fixture(autouse=True)
async def _no_ties_before(interaction: Running) -> None:
    await interaction.database.pool.execute("truncate interaction.thread_marks")


@pytest.mark.parametrize("action", ["delete", "strip"])
async def test_nothing_that_a_mail_referred_to_stays_behind(
    client: httpx.AsyncClient, interaction: Running, run: Run, action: str
) -> None:
    marks, sender = [mark() for _ in range(4)], address()
    answers = message(sender, Message_ID=marks[0], References=" ".join(marks[1:3]), Subject="Re: Our secret")
    report = message(
        sender,
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
        text=REPORT.format(marks[3]),
    )
    for raw in (answers, report):
        await taken(client, raw)
    there = "\n".join(await ties(interaction))
    assert all(each.strip("<>") in there for each in marks)
    assert "topic " in there
    await rule(client, "interaction", action, channel="email")
    assert counted((await run())[f"interaction {action}"]) == (2, 2, 0, 0, 0)
    assert await ties(interaction) == []
    everything = await whole(interaction)
    assert all(each.strip("<>") not in everything for each in marks)
    for raw in (answers, report):
        assert (await send(client, raw)).json()["code"] == "record_retired"


async def test_what_others_say_as_well_ties_them_until_they_go(
    client: httpx.AsyncClient, interaction: Running, run: Run
) -> None:
    first, root, other, sender = mark(), mark(), mark(), address()
    named = {"Subject": "Price", "Message_ID": first, "References": f"{root} {other}"}
    await taken(client, message(sender, Date=OLD, **named))
    stays = await taken(
        client, message(sender, Date=YOUNG, Subject="Re: Price", References=f"{root} {first}")
    )
    days = {"keep_days": 1}
    old = (await rule(client, "interaction", channel="email", keep_days=150))["id"]
    assert counted((await run())["interaction delete"]) == (1, 1, 0, 0, 0)
    left = "\n".join(await ties(interaction))
    assert [each.strip("<>") in left for each in (first, root, other)] == [True, True, False]
    assert left.count("topic ") == 1
    for each in (first, root):
        late = await taken(client, message(sender, Date=YOUNG, References=each))
        assert late["thread_id"] == stays["thread_id"]
    path = f"/v1/retention-rules/{old}"
    assert (await client.patch(path, json=days, headers={"if-match": '"1"'})).status_code == 200
    assert counted((await run())["interaction delete"]) == (3, 3, 0, 0, 0)
    assert await ties(interaction) == []
    anew = await taken(client, message(sender, Date=YOUNG, References=first))
    assert anew["thread_id"] != stays["thread_id"]
