"""Dry runs: everything is done as ever, and undone before anybody can see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.database import Transaction


@asynccontextmanager
async def rehearsed(tx: Transaction, *, dry: bool) -> AsyncIterator[None]:
    """Undo what the block wrote if it is a dry run; the rest of the transaction stands."""
    if not dry:
        yield
        return
    written = tx.connection.transaction()
    await written.start()
    try:
        yield
    finally:
        await written.rollback()
