"""How `guanxi restart` reaches the supervisor of its home: lines over a socket of their user's."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from guanxi.console import say

DONE, FAILED = "done", "failed"
Asked = Callable[[Sequence[str]], AsyncIterator[str]]


class ControlError(RuntimeError):
    """The supervisor cannot be reached, or could not do it; the text is for people."""


def path(sockets: Path) -> Path:
    """Answer where a supervisor listens."""
    return sockets / "control.sock"


async def listen(sockets: Path, asked: Asked) -> asyncio.Server:
    """Serve requests: words on a line; each answer is a line of what `asked` tells, then done or failed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async for told in asked((await reader.readline()).decode().split()):
                writer.write(f"{told}\n".encode())
            writer.write(f"{DONE}\n".encode())
        except ControlError as error:
            writer.write(f"{FAILED} {error}\n".encode())
        finally:
            writer.close()

    path(sockets).unlink(missing_ok=True)  # of a supervisor that was killed; ours is locked
    return await asyncio.start_unix_server(serve, path(sockets))


def ask(sockets: Path, words: Sequence[str]) -> None:
    """Ask, and show what is told; ControlError when it could not be done."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path(sockets)))
        except OSError as error:
            raise ControlError("no system runs in this home (GUANXI_HOME)") from error
        connection.sendall(f"{' '.join(words)}\n".encode())
        last = ""
        for line in connection.makefile():
            last = line.rstrip("\n")
            if last != DONE and not last.startswith(FAILED):
                say(last)
    if last != DONE:
        raise ControlError(last.removeprefix(FAILED).strip() or "the supervisor ended meanwhile")
