"""Raw servers of tests, which leave nothing running behind them."""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

Serve = Callable[[StreamReader, StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def door(serve: Serve, socket: Path | None = None) -> AsyncIterator[str]:
    """Serve each connection on a Unix socket, else on a free port; yield the URL; end them all.

    None ends as cancelled: streams of Python 3.11 tell the loop of that as of an error.
    """
    serving: set[asyncio.Task[None]] = set()

    async def one(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await serve(reader, writer)
        finally:
            serving.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()

    if socket is not None:
        server, url = await asyncio.start_unix_server(one, socket, limit=1 << 20), f"unix:{socket}"
    else:
        server = await asyncio.start_server(one, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield url
    finally:
        server.close()
        left = list(serving)
        for task in left:
            task.cancel()
        await asyncio.gather(*left)
