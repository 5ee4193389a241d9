"""Asking the customer service who somebody is, for a moment at most."""

import asyncio
import time
from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.interaction.identities.people import Key, Told
from shared.clients import ServiceClient
from shared.errors import Problem

PATIENCE_S = 0.2  # one question, whatever it asks for
QUIET_S = 2.0  # after a failure nobody is asked for so long: writers do not queue behind a dead service


class Customers:
    """The caller's view of the customer service; declares only what it reads."""

    def __init__(self, client: ServiceClient, clock: Any = time.monotonic) -> None:  # noqa: ANN401 - () -> seconds
        self._client, self._clock, self._quiet_until = client, clock, 0.0

    async def who(self, keys: Collection[Key]) -> dict[Key, Told] | None:
        """Return those of the keys that the customer service knows; None if it could not be asked."""
        if self._clock() < self._quiet_until:
            return None
        asked = list(keys)
        try:
            async with asyncio.timeout(PATIENCE_S):
                said = await self._client.post("/v1/identities/resolve", {"items": [_item(key) for key in asked]})
        except (Problem, TimeoutError):
            self._quiet_until = self._clock() + QUIET_S
            return None
        return {key: _told(item) for key, item in zip(asked, said["items"], strict=True) if item["customer_id"]}
