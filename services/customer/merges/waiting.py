"""How long a merge can be undone, and the chore that then drops what was kept for it."""

import os
from collections.abc import Mapping
from datetime import timedelta

from services.customer.merges.statements import FORGET
from shared.clock import utc_now
from shared.database import Database
from shared.settings import SettingsError

VARIABLE, USUAL = "GUANXI_MERGE_UNDO_DAYS", 90


def undoable(environ: Mapping[str, str] = os.environ) -> timedelta:
    """Return for how long; SettingsError for what is no number of days."""
    given = environ.get(VARIABLE) or str(USUAL)
    if not given.isdecimal() or not 1 <= int(given) <= 36_500:
        raise SettingsError(f"{VARIABLE} is not a number of days")
    return timedelta(days=int(given))


async def forget(database: Database) -> None:
    """Drop the images and the decisions of merges that can no longer be undone."""
    await FORGET.value(database.pool, at=utc_now())
