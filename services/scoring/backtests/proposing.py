"""What follows from a back-test: the newest fit of the best estimator is proposed, or approved at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from jobs.life import Job
from services.scoring.champions.actions import approve
from services.scoring.champions.queries import CURRENT
from services.scoring.champions.schemas import Approval
from services.scoring.estimators import ESTIMATORS
from services.scoring.estimators.bygroup import label
from services.scoring.versions.queries import CHAMPION, NEWEST
from shared.database import Transaction


async def propose(tx: Transaction, job: Job, best: str | None) -> UUID | None:
    """Return the version that should be champion, None if there is no other than there is.

    By the settings it is approved at once. Scores follow with the next run.
    """
    if best is None:
        return None
    currency = job.parameters["currency"]
    kind, by = _named(best, job.parameters.get("parameters_by", ()))
    like = {"currency": currency, "identity_system": None, "parameters_by": by}
    newest, champion = await NEWEST.one(tx.connection, kind=kind, **like), await CHAMPION.one(tx.connection)
    if newest is None or (
        champion is not None and label(champion["kind"], champion["parameters_by"]) == best
    ):
        return None
    proposed = UUID(int=newest["id"].int)
    settings = await CURRENT.one(tx.connection)
    if settings is not None and settings["approval"] == Approval.AUTOMATIC:
        why = f"{best} is the best of the back-test up to {job.parameters['until']}"
        await approve(tx, proposed, None, why, backtest=job.id)
    return proposed


def _named(best: str, ways: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any] | None]:
    """Return the estimator that a back-test calls so, and what its parameters differ by."""
    named = {label(kind, by): (kind, by) for kind in ESTIMATORS for by in (None, *ways)}
    return named[best]
