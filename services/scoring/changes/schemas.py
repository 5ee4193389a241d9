"""Changes of a value as callers see them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.scoring.evidence.schemas import FactRead
from services.scoring.explanations.schemas import Difference
from shared.schemas import MoneyRead, Read


class Incomparable(StrEnum):
    """Why two values have no difference."""

    NOT_ENOUGH_DATA = "not_enough_data"
    OTHER_CURRENCY = "other_currency"


class EndRead(Read):
    """One end of a change: the value on the day, computed from what was said last and the run that stood.

    `said_on`, `run_id` are null where nothing had been said: the value is zero.
    """

    as_of: date
    said_on: date | None
    run_id: UUID | None
    value: MoneyRead | None


class ChangeParts(Read):
    """What a change consists of, in the order in which it is computed; they sum to the difference.

    `time`: the old statistics by the old parameters, seen on the new day. `data`: then the new statistics.
    `parameters`: then the new ones.
    """

    time: MoneyRead
    data: MoneyRead
    parameters: MoneyRead


class ScoreChangeRead(Read):
    """How a customer's value came from one day's to another's; without a prediction `reason` says why not.

    `statistics` are those that changed, `facts` those told in between, the newest days of them first.
    """

    customer_id: UUID
    since: EndRead
    until: EndRead
    difference: MoneyRead | None
    parts: ChangeParts | None
    reason: Incomparable | None
    statistics: list[Difference]
    facts: list[FactRead]
