"""A network that breaks: passes bytes between clients and a gateway, and cuts answers in their middle."""

import asyncio
import random
from contextlib import suppress

CHUNK = 1 << 16


class Proxy:
    """Listens on a port of its own; while `cutting`, half of the answers are cut."""

    def __init__(self, gateway: str, seed: int) -> None:
        self.port = int(gateway.rpartition(":")[2])
        self.dice = random.Random(f"{seed} proxy")  # noqa: S311 - repeatable
        self.cutting, self.cut = False, 0

    async def open(self) -> str:
        """Listen; return the address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Take no more connections."""
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(reader, back, answers=False))
                group.create_task(self._pass(there, writer, answers=True))
        except* (OSError, EOFError):
            pass
        finally:
            for end in (writer, back):
                with suppress(RuntimeError):  # the loop may be closed
                    end.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while data := await source.read(CHUNK):
            if answers and self.cutting and self.dice.random() < 0.5:
                self.cut += 1
                target.write(data[: self.dice.randrange(len(data))])
                await target.drain()
                raise EOFError
            target.write(data)
            await target.drain()
        raise EOFError  # one end closed: so does the other
