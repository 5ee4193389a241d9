"""One exchange when two things happen at once."""

import asyncio
import time

import pytest

from gateway.link import Exchange, Link, StaleError

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
AT = 0.05


class Nowhere(asyncio.Transport):
    """Takes what is written."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Forget it."""


async def exchanged(happens: str, *given: object) -> Link:
    """Make an exchange in which something happens in the same turn of the loop as an alarm, just after it."""
    link, loop = Link(), asyncio.get_running_loop()
    link.connection_made(Nowhere())
    request = Exchange(b"GET", b"GET / HTTP/1.1\r\n", 0.5, alarms=((AT, lambda: None),))
    task = asyncio.create_task(link.exchange(request))
    await asyncio.sleep(0)
    loop.call_later(AT + 0.001, getattr(link, happens), *given)
    time.sleep(AT * 2)  # noqa: ASYNC251 - so that both are due at once
    await task
    return link


async def test_an_answer_that_comes_with_an_alarm_is_an_answer() -> None:
    began = time.monotonic()
    link = await exchanged("data_received", ANSWER)
    assert (link.status, await link.read(1)) == (200, b"ok")
    assert time.monotonic() - began < 0.4


async def test_an_end_that_comes_with_an_alarm_is_an_end() -> None:
    with pytest.raises(StaleError):
        await exchanged("connection_lost", None)
