"""Making a version the champion: the one before it retires, with its spend, in the same transaction."""

from typing import Any
from uuid import UUID

from services.scoring.champions.queries import ALONE
from services.scoring.versions.queries import CHAMPIONS, PAIR, VERSIONS
from services.scoring.versions.schemas import EstimatorLife
from shared.database import Transaction
from shared.errors import Conflict
from web.etag import Condition
from web.once import Answer


class NoChampion(Conflict):
    """A sound fit of purchases, with a sound fit of spend from the same run, can be champion."""

    code, title = "no_champion", "Scores cannot be computed with this version"


async def approve(
    tx: Transaction, id_: UUID, seen: Condition | None, reason: str, backtest: UUID | None = None
) -> Answer:
    """Make a version the champion, and the spend fitted beside it; NoChampion if they cannot predict.

    One that was champion before can be again: so a change is taken back. Without `seen` it is any version.
    """
    row = await VERSIONS.fetch(tx.connection, tx.principal, id_)
    pair = await PAIR.one(tx.connection, id=id_)
    if pair is None:
        raise NoChampion
    await ALONE.value(tx.connection)
    spend = UUID(int=pair["spend_id"].int)
    for old in await CHAMPIONS.all(tx.connection):
        if UUID(int=old["id"].int) not in {id_, spend}:
            await _live(tx, UUID(int=old["id"].int), old["version"], life=EstimatorLife.RETIRED)
    said: dict[str, Any] = {
        "life": EstimatorLife.CHAMPION,
        "approved_by": tx.principal.id,
        "approved_at": tx.at,
        "approved_because": reason,
        "backtest_id": backtest,
    }
    await _live(tx, spend, pair["spend_version"], **said)
    return await VERSIONS.change(tx, id_, said, seen or Condition(row["version"]))


async def _live(tx: Transaction, id_: UUID, version: int, **said: Any) -> None:  # noqa: ANN401 - columns
    await VERSIONS.change(tx, id_, said, Condition(version))
