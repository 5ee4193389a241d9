"""The kinds of facts on a timeline, what makes some of them contacts, and the line that sums up each."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column, null

from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.orders.kind import ORDERS
from services.interaction.payments.kind import PAYMENTS
from services.interaction.records.kinds import Kind
from services.interaction.returns.kind import RETURNS
from shared.masking import personal

SHOWN = 120  # characters of a body that stands for a missing subject
NOTHING = cast(null(), Text)
Value = Callable[[Any], ColumnElement[Any]]  # of a model


def nothing(_: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    """Return what facts have that are no contacts."""
    return NOTHING


@dataclass(frozen=True, eq=False)
class Told:
    """How facts of a kind are told on timelines, to readers with a scope; `contact` if somebody talked."""

    kind: Kind
    scope: str
    summary: Value
    contact: bool = False
    channel: Value = nothing
    direction: Value = nothing
    purpose: Value = nothing


def _subject(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    start = func.left(t.body, literal_column(str(SHOWN)))
    return func.coalesce(personal(t.subject), personal(start), t.purpose, t.channel)


def _number_and(amount: str) -> Value:
    """Sum up by the source's number and an amount."""

    def summary(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
        name = func.concat(t.source_id, literal_column("': '"))
        number = case((t.source_id.is_not(None), name), else_=literal_column("''"))
        return func.concat(number, cast(getattr(t, amount), Text), literal_column("' '"), t.currency)

    return summary


_CONTACT = {name: attrgetter(name) for name in ("channel", "direction", "purpose")}
TOLD = {
    told.kind.name: told
    for told in (
        Told(INTERACTIONS, "interactions:read", _subject, contact=True, **_CONTACT),
        Told(ORDERS, "orders:read", _number_and("total")),
        Told(PAYMENTS, "orders:read", _number_and("amount")),
        Told(RETURNS, "orders:read", _number_and("total")),
    )
}
SCOPES = {name: told.scope for name, told in TOLD.items()}
CONTACTS = frozenset(name for name, told in TOLD.items() if told.contact)
