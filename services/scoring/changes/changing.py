"""Splitting the change of a value between two days: passing time, then new data, then new parameters."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

import numpy as np

from services.scoring.changes.schemas import Incomparable
from services.scoring.explanations.accounts import Account, worth
from services.scoring.explanations.explaining import told_between
from services.scoring.explanations.queries import Told
from services.scoring.explanations.telling import Json, differing, money
from services.scoring.grouping.reading import groups_of
from services.scoring.valuing.standard import Standard
from shared.auth import Principal
from shared.statements import Runner


@dataclass(frozen=True, slots=True)
class End:
    """One of the two days: what had been said by then, and the run that stood."""

    day: date
    told: Told | None
    standard: Standard | None

    @classmethod
    async def read(cls, on: Runner, principal: Principal, customer: UUID, day: date) -> Self:
        """Read what had been said of a customer by a day."""
        told = await Told.read(on, principal, customer, day)
        return cls(day, told, await Standard.standing(on, day) if told else None)

    @property
    def account(self) -> Account | None:
        """What the customer had bought, None for nothing that was known."""
        return self.told.account if self.told else None

    def shown(self, value: float | None, currency: str | None) -> Json:
        """Return EndRead."""
        told, run = self.told, self.standard and self.standard.run
        return {
            "as_of": self.day,
            "said_on": told and told.row["as_of"],
            "run_id": run and UUID(int=run["id"].int),
            "value": None if value is None or currency is None else money(value, currency),
        }


async def changed(on: Runner, principal: Principal, customer: UUID, since: date, until: date) -> Json:
    """Return ScoreChangeRead."""
    old, new = [await End.read(on, principal, customer, day) for day in (since, until)]
    reason, standards = _comparable(old, new)
    steps = None
    if standards is not None:
        accounts = [
            await _under(on, customer, standard, end)
            for standard, end in zip((standards[0], *standards), (old, new, new), strict=True)
        ]
        steps = await asyncio.to_thread(_steps, (old.day, new.day), accounts, *standards)
    currency = standards[1].run["currency"] if standards else None
    parts = difference = None
    if steps is not None and currency is not None:
        names = ("time", "data", "parameters")
        parts = {name: money(steps[at + 1] - steps[at], currency) for at, name in enumerate(names)}
        difference = money(steps[-1] - steps[0], currency)
    ends = (steps[0], steps[-1]) if steps else (None, None)
    return {
        "customer_id": customer,
        "since": old.shown(ends[0], currency),
        "until": new.shown(ends[1], currency),
        "difference": difference,
        "parts": parts,
        "reason": reason,
        "statistics": differing(old.account, new.account),
        "facts": await _between(on, principal, customer, (old.told, new.told)),
    }


def _comparable(old: End, new: End) -> tuple[Incomparable | None, tuple[Standard, Standard] | None]:
    """Return the standards of both ends, or why there is nothing to compare; no score has the other's."""
    first, second = old.standard or new.standard, new.standard or old.standard
    if first is None or second is None or first.model is None or second.model is None:
        return Incomparable.NOT_ENOUGH_DATA, None
    if first.run["currency"] != second.run["currency"]:
        return Incomparable.OTHER_CURRENCY, None
    return None, (first, second)


async def _under(on: Runner, customer: UUID, standard: Standard, end: End) -> Account | None:
    """Return what was bought by a day, in the group that a standard's version has for the customer.

    It is the one that was said; for another version, the one of how the customer is described today.
    """
    model, told = standard.model, end.told
    if told is None or model is None or model.groups is None or standard.same(told.standard):
        return end.account
    (number,) = await groups_of(on, np.array([customer.bytes], "V16"), model.groups)
    return told.account.of_group(int(number))


def _steps(
    days: tuple[date, date], accounts: Sequence[Account | None], first: Standard, second: Standard
) -> list[float]:
    """Return the values before, aged to the new day, with the new statistics, with the new parameters.

    accounts: the old one and the new one under the first, the new one under the second.
    """
    before, now, current = accounts
    turns = (
        (first, before and before.on(days[0])),
        (first, before and before.on(days[1])),
        (first, now and now.on(days[1])),
        (second, current and current.on(days[1])),
    )
    return [_value(standard, account) for standard, account in turns]


def _value(standard: Standard, account: Account | None) -> float:
    return 0.0 if account is None or standard.model is None else worth(standard.model, account).value


async def _between(
    on: Runner, principal: Principal, customer: UUID, ends: tuple[Told | None, Told | None]
) -> list[Json]:
    """Return the facts that were told after the first was said, and are in the second."""
    after, until = (told and told.row["written_at"] for told in ends)
    if until is None or after == until:
        return []
    return await told_between(on, principal, customer, told_after=after, told_until=until)
