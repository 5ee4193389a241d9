"""Figures of queues, counted by hand; and missed calls until somebody makes them good."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.interaction.calls.schemas import CallFigures, MissedCallPage
from shared.auth import Principal, Visibility
from tests.services.interaction.calls.talking import START, event, miss, new, number, send, talk
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

Client = httpx.AsyncClient
DAY = 86_400


def at(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat()


def answered(queue: str, from_: str, begin: float, wait: float, talked: float) -> list[dict[str, Any]]:
    call = new()
    return [
        event(call, "queued", begin, queue=queue, from_=from_, to="95555"),
        event(call, "answered", begin + wait, agent="u-1"),
        event(call, "ended", begin + wait + talked),
    ]


async def figures(client: Client, queue: str, **more: Any) -> list[dict[str, Any]]:
    params = {"from": at(-60), "until": at(3600), "interval": "whole", "queue": queue, **more}
    answer = await client.get("/v1/calls/figures", params=params)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    CallFigures.model_validate(told)
    items: list[dict[str, Any]] = told["items"]
    return items


async def test_figures_are_those_counted_by_hand(client: Client) -> None:
    queue, other = name("q"), name("q")
    events = [each for wait in range(1, 9) for each in answered(queue, number(), 60 * wait, wait * 5, 100)]
    events += miss(new(), number(), queue=queue)  # gave up after 30 s
    brief = new()
    events += [event(brief, "queued", 0, queue=queue), event(brief, "abandoned", 3)]
    lost = new()
    events += [event(lost, "queued", 0, queue=queue), event(lost, "queued", 40, queue=other)]
    events += [event(lost, "voicemail", 50), event(lost, "ended", 55)]
    out = new()
    events += [event(out, "ringing", 0, queue=queue, direction="outbound"), event(out, "answered", 1)]
    await send(client, events)
    (told,) = await figures(client, queue)
    assert (told["offered"], told["answered"], told["abandoned"], told["abandoned_briefly"]) == (11, 8, 2, 1)
    assert (told["overflowed"], told["voicemail"], told["answered_in_time"]) == (1, 0, 4)
    assert (told["service_level"], told["abandonment"]) == (0.4, 0.1)
    assert told["wait"] == {"average_seconds": 22.5, "p90_seconds": 36.5}
    assert told["talk"] == {"average_seconds": 100.0, "p90_seconds": 100.0}
    (told,) = await figures(client, queue, threshold=10, abandoned_after=0)
    assert (told["service_level"], told["abandonment"]) == (round(2 / 11, 4), round(2 / 11, 4))
    (told,) = await figures(client, other)
    assert (told["offered"], told["voicemail"], told["service_level"]) == (1, 1, 0.0)


async def test_an_interval_begins_where_the_zone_has_it(client: Client) -> None:
    queue = name("q")
    await send(client, [each for n in range(3) for each in answered(queue, number(), n * 900, 1, 10)])
    quarters = await figures(client, queue, interval="15min")
    assert [each["from"] for each in quarters] == [
        f"2026-03-01T{time}:00+00:00" for time in ("09:30", "09:45", "10:00")
    ]
    (day,) = await figures(client, queue, interval="day", zone="Asia/Shanghai")
    assert (day["from"], day["offered"]) == ("2026-02-28T16:00:00+00:00", 3)
    for wrong in ({"zone": "Nowhere/Land"}, {"until": at(-61)}, {"interval": "15min", "until": at(20 * DAY)}):
        params = {"from": at(-60), "until": at(3600), **wrong}
        refused = await client.get("/v1/calls/figures", params=params)
        assert refused.status_code == 422, wrong


async def test_who_calls_again_was_not_helped_at_the_first_contact(
    client: Client, interaction: Running, peer: Peer
) -> None:
    queue, again, once, moved = name("q"), number(), number(), number()
    peer.put(name(), phones=[moved, other := number()])
    events = [
        *answered(queue, again, 0, 1, 10),
        *answered(queue, again, 3 * DAY, 1, 10),
        *answered(queue, once, 0, 1, 10),
        *answered(queue, once, 9 * DAY, 1, 10),
        *answered(queue, moved, 0, 1, 10),
        *miss(new(), other, 2 * DAY, queue=queue),
        *answered(queue, number(), 20 * DAY, 1, 10),
    ]
    await send(client, events)
    interaction.core.clock = lambda: START + timedelta(days=25)
    (told,) = await figures(client, queue, until=at(30 * DAY))
    wanted = {"contacts": 4, "resolved": 2, "pending": 1, "resolution": 0.5}
    assert told["first_contact"] == wanted, "once: 2 of 2, again: 0 of 1, moved: 0 of 1, the last is pending"
    (told,) = await figures(client, queue, until=at(30 * DAY), days=2)
    assert told["first_contact"]["resolution"] == pytest.approx(5 / 6, abs=1e-4)


async def test_sums_hold_only_what_is_seen(client: Client, interaction: Running) -> None:
    queue = name("q")
    await send(client, talk(new(), number(), queue=queue))
    eyes = interaction.client(Principal("agent-0", frozenset(("*",)), Visibility.OWN))
    assert await figures(eyes, queue) == []
    assert len(await figures(client, queue)) == 1


async def missed(client: Client, **params: Any) -> list[tuple[str, int]]:
    answer = await client.get("/v1/calls/missed", params=params)
    assert answer.status_code == 200, answer.text
    MissedCallPage.model_validate(answer.json())
    return [(each["call"]["number"], each["attempts"]) for each in answer.json()["items"]]


async def test_a_missed_call_waits_until_somebody_has_talked(client: Client) -> None:
    queue, one, two = name("q"), number(), number()
    for begin in (0, 100, 200):
        await send(client, miss(new(), one, begin, queue=queue))
    await send(client, miss(new(), two, 50, queue=queue))
    assert await missed(client, queue=queue) == [(one, 3), (two, 1)]
    assert await missed(client, queue=queue, limit=1) == [(one, 3)]
    first = (await client.get("/v1/calls/missed", params={"queue": queue, "limit": 1})).json()
    further = {"queue": queue, "limit": 1, "cursor": first["next"]}
    assert await missed(client, **further) == [(two, 1)]
    back = new()
    await send(client, [event(back, "ringing", 300, direction="outbound", to=one, agent="u-1")])
    assert await missed(client, queue=queue) == [(one, 3), (two, 1)], "it rings, and nobody has answered"
    await send(client, [event(back, "answered", 310)])
    assert await missed(client, queue=queue) == [(two, 1)]
    await send(client, miss(new(), one, 400, queue=queue))
    assert await missed(client, queue=queue) == [(one, 1), (two, 1)]
    await send(client, answered(queue, two, 500, 1, 1))
    assert await missed(client, queue=queue) == [(one, 1)], "who got through needs no call"
