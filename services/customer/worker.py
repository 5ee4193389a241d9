"""The customer service's worker: stamps its feed."""

from feed.sequencer import run_sequencer
from services.customer.base import FEED
from shared.settings import Settings


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    await run_sequencer(settings, FEED)
