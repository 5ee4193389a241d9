"""Applying the feeds of customer and interaction to this service's own tables."""

from collections.abc import Sequence

from feed.consumer import Received
from services.scoring.campaigns import actions as campaigns
from services.scoring.costs import actions as costs
from services.scoring.costs import reading as spent
from services.scoring.facts import actions as facts
from services.scoring.facts.models import Kind
from services.scoring.facts.reading import read
from services.scoring.identities import actions as identities
from services.scoring.identities.actions import Told
from services.scoring.products import actions as products
from services.scoring.products.reading import Told as Product
from services.scoring.rates import actions as rates
from services.scoring.states.actions import add, rebuild
from services.scoring.states.adding import plain, stirred
from shared.database import Transaction

IDENTITY, RATE, PRODUCT = "identity", "exchange_rate", "product"
FROM_CUSTOMER = ("customer",)
SPENT = (spent.COST, spent.SHARED_COST)
FROM_INTERACTION = (*SPENT, spent.ALLOCATION, campaigns.KIND, *Kind, IDENTITY, RATE, PRODUCT)


async def apply_customers(tx: Transaction, received: Sequence[Received]) -> None:
    """Project customers, and mark those whose score is to go or to come back."""
    await _project(tx, [identities.of_customer(one.subject, _at(one), one.data) for one in received])


async def sweep_customers(tx: Transaction, generation: int) -> None:
    """Delete the customers that a new snapshot no longer has."""
    await facts.mark(tx, await identities.sweep(tx, generation, provisional=False))


class Interactions:
    """Applies interaction's feed; states are kept in the reporting `currency`."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    async def apply(self, tx: Transaction, received: Sequence[Received]) -> None:
        """Replace facts by newer versions, recount the states that they touch, and mark their customers."""
        await _rate(tx, [one for one in received if one.kind == RATE])
        await _catalogue(tx, [one for one in received if one.kind == PRODUCT])
        strangers = [one for one in received if one.kind == IDENTITY]
        await _project(tx, [identities.of_stranger(one.subject, _at(one), one.data) for one in strangers])
        await _spend(tx, received)
        records = [one for one in received if one.kind in set(Kind)]
        if records:
            await self._replace(tx, records)

    async def _replace(self, tx: Transaction, records: Sequence[Received]) -> None:
        there = (one for one in records if not one.gone)
        rows = facts.newest(read(one.kind, one.subject, _at(one), one.data) for one in there)
        held = await facts.whose(tx, [one.subject for one in records])
        await facts.mark(tx, {row.customer_id for row in rows}.union(*held.values()))  # first, since it locks
        if held:
            await facts.drop_moved(tx, rows)
        await facts.replace(tx, rows)
        await facts.retract(tx, [(one.kind, one.subject, *_at(one)) for one in records if one.gone])
        added = await add(tx, plain(rows, held, self._currency), currency=self._currency)
        await rebuild(tx, list(stirred(rows, held) - added), currency=self._currency)

    async def sweep(self, tx: Transaction, generation: int) -> None:
        """Forget the facts, strangers, rates, products and costs that a new snapshot no longer has."""
        await rates.sweep(tx, generation)
        await products.sweep(tx, generation)
        await costs.sweep(tx, generation)
        await campaigns.sweep(tx, generation)
        await facts.mark(tx, await identities.sweep(tx, generation, provisional=True))
        await rebuild(tx, await facts.sweep(tx, generation), currency=self._currency)


async def _rate(tx: Transaction, told: Sequence[Received]) -> None:
    """Write what currencies cost; states whose money that changes are counted again by the worker."""
    there = [one for one in told if not one.gone]
    await rates.replace(tx, [rates.Told.read(one.subject, _at(one), one.data) for one in there])
    await rates.forget(tx, [one.subject for one in told if one.gone])


async def _catalogue(tx: Transaction, told: Sequence[Received]) -> None:
    """Write what products are; the worker counts again what was sold of those whose category is another."""
    await products.replace(tx, [Product.read(one.subject, _at(one), one.data) for one in told])


async def _spend(tx: Transaction, received: Sequence[Received]) -> None:
    """Write what was paid for customers; the worker fetches who bears what many share."""
    paid = [one for one in received if one.kind in SPENT]
    weighed = [one for one in received if one.kind == spent.ALLOCATION and not one.gone]
    await costs.replace(tx, [spent.read(one.subject, _at(one), one.data) for one in paid])
    await campaigns.replace(tx, [one for one in received if one.kind == campaigns.KIND])
    await costs.want(tx, [spent.weighed(one.subject, _at(one), one.data) for one in weighed])


async def _project(tx: Transaction, told: Sequence[Told]) -> None:
    """Write who is who; marks come first, since they lock."""
    if told:
        await facts.mark(tx, await identities.at_stake(tx.connection, told))
        changed = await identities.project(tx, told)
        await facts.mark(tx, changed.moved)
        await facts.mark_sales(tx, changed.described)
        await facts.mark_sales(tx, [*changed.moved, *changed.handed], moving=True)
        await facts.mark_values(tx, {*changed.moved, *(one.original_id for one in told)})


def _at(one: Received) -> tuple[int, int]:
    return one.generation, one.version


__all__ = ["FROM_CUSTOMER", "FROM_INTERACTION", "Interactions", "apply_customers", "sweep_customers"]
