"""What follows from a back-test: the newest fit of the best estimator is proposed, or approved at once."""

from uuid import UUID

from jobs.life import Job
from services.scoring.champions.actions import approve
from services.scoring.champions.queries import CURRENT
from services.scoring.champions.schemas import Approval
from services.scoring.versions.queries import CHAMPION, NEWEST
from shared.database import Transaction


async def propose(tx: Transaction, job: Job, best: str | None) -> UUID | None:
    """Return the version that should be champion, None if there is no other than there is.

    By the settings it is approved at once. Scores follow with the next run.
    """
    if best is None:
        return None
    currency = job.parameters["currency"]
    newest = await NEWEST.one(tx.connection, kind=best, currency=currency, identity_system=None)
    champion = await CHAMPION.one(tx.connection)
    if newest is None or (champion is not None and champion["kind"] == best):
        return None
    proposed = UUID(int=newest["id"].int)
    settings = await CURRENT.one(tx.connection)
    if settings is not None and settings["approval"] == Approval.AUTOMATIC:
        why = f"{best} is the best of the back-test up to {job.parameters['until']}"
        await approve(tx, proposed, None, why, backtest=job.id)
    return proposed
