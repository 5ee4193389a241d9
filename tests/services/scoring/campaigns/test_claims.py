"""The orders that campaigns claim come over, are asked for again in time, and are one campaign's each."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.scoring.campaigns.actions import EVERY, Claims
from tests.services.scoring.base import Base, id_of
from tests.services.scoring.costs.spending import Interaction, campaign

HELD = """
select c.code, o.order_id from scoring.campaign_claims o join scoring.campaigns c on c.id = o.campaign_id"""


async def held(base: Base) -> set[tuple[str, UUID]]:
    rows: list[Any] = await base.scoring.database.pool.fetch(HELD)
    return {(row["code"], UUID(int=row["order_id"].int)) for row in rows}


async def test_claims_follow_what_interaction_attributes(base: Base) -> None:
    now = [datetime(2026, 4, 1, tzinfo=UTC)]
    interaction = Interaction()
    claims = Claims(base.scoring.database, interaction, lambda: now[0])  # type: ignore[arg-type]  # it answers alike

    async def ask() -> set[tuple[str, UUID]]:
        while await claims.ask_once():
            pass
        return await held(base)

    await base.facts_told(campaign("spring"), campaign("autumn"))
    interaction.claim("spring", "O1")
    interaction.claim("spring", "O2")
    assert await ask() == {("spring", id_of("O1")), ("spring", id_of("O2"))}
    interaction.claimed = {}
    interaction.claim("autumn", "O1")
    assert await ask() == {("spring", id_of("O1")), ("spring", id_of("O2"))}  # nobody has asked again
    now[0] += 2 * EVERY
    assert await ask() == {("autumn", id_of("O1"))}
