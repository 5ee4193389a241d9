"""How a process tells whoever started it that it has begun to work: a byte into a pipe that it was given."""

import asyncio
import os

PIPE = "GUANXI_READY_PIPE"  # the descriptor to write to; absent when nobody waits


def tell_ready() -> None:
    """Say it, once."""
    if given := os.environ.pop(PIPE, None):
        os.write(int(given), b"1")
        os.close(int(given))


async def heard(reading: int, patience: float) -> bool:
    """Wait for the other end; False when it was closed without a word, or after `patience` seconds."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    loop.add_reader(reading, told.set)
    try:
        async with asyncio.timeout(patience):
            await told.wait()
        return bool(os.read(reading, 1))
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(reading)
