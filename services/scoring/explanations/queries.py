"""Reading a score with the statistics that it came from: the current one, or what was said on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, select

from services.scoring.explanations.accounts import Account
from services.scoring.score_history.models import Said, ScoreHistory
from services.scoring.scores.models import Score
from services.scoring.scores.past import at_the_day, kept, said
from services.scoring.states.histories import of_some
from services.scoring.valuing.standard import Standard
from shared.auth import Principal
from shared.errors import Conflict
from shared.statements import Runner, visible

_SAID = ("customer_id", "version", *Said.__annotations__)
_its_row = and_(
    ScoreHistory.customer_id == Score.customer_id,
    ScoreHistory.as_of == Score.kept_as_of,
    ScoreHistory.version == Score.kept_version,
)
_CURRENT = visible(
    select(*(getattr(Score, name) for name in _SAID), ScoreHistory.written_at)
    .join_from(Score, ScoreHistory, _its_row, isouter=True)
    .where(Score.customer_id == bindparam("id", type_=Uuid), ~Score.deleted),
    of=Score,
)
_THEN = visible(
    at_the_day(kept(*(getattr(ScoreHistory, name) for name in _SAID), ScoreHistory.written_at)),
    of=ScoreHistory,
)


class NothingSaid(Conflict):
    """Nobody has scored this customer yet, or it has not bought anything by then."""

    code = "nothing_said"
    title = "There is no score to explain"


@dataclass(frozen=True, slots=True)
class Told:
    """A score that was said of a customer: its row, what it was computed by, and what from.

    `exact` is false for a score from before statistics were kept: its account is counted anew.
    """

    row: Mapping[str, Any]
    standard: Standard
    account: Account
    exact: bool

    @classmethod
    async def read(cls, on: Runner, principal: Principal, customer: UUID, day: date | None) -> Self | None:
        """Return the current score, or what was said on `day`; None when there is none to be seen."""
        if day is None:
            found = await _CURRENT.one(on, principal, id=customer)
        else:
            found = await said(on, principal, customer, day, current=_CURRENT, then=_THEN)
        if found is None:
            return None
        row = dict(found)
        standard = await Standard.of(on, UUID(int=row["run_id"].int))
        if row["first_day"] is not None:
            return cls(row, standard, Account.of(row, row["as_of"]), exact=True)
        counted = await counted_now(on, customer, row["as_of"], standard.run["currency"])
        return None if counted is None else cls(row, standard, counted, exact=False)

    @property
    def currency(self) -> str:
        """The currency of its money."""
        return str(self.standard.run["currency"])


async def score_of(on: Runner, principal: Principal, customer: UUID, day: date | None) -> Told:
    """Return the current score, or what was said on `day`; raises NothingSaid."""
    told = await Told.read(on, principal, customer, day)
    if told is None:
        raise NothingSaid
    return told


async def counted_now(on: Runner, customer: UUID, day: date, currency: str) -> Account | None:
    """Return the account that today's facts give as of a day; None without a purchase by then."""
    history = await of_some(on, [customer], until=day, currency=currency)
    return Account(history, day) if len(history) else None
