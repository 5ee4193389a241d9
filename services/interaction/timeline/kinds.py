"""The kinds of facts on a timeline, what makes some of them contacts, and the line that sums up each."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column, null
from sqlalchemy.dialects.postgresql import JSONB

from services.interaction.calls.folding import CallDirection, CallOutcome
from services.interaction.calls.kind import CALLS
from services.interaction.credit_notes.kind import CREDIT_NOTES
from services.interaction.deliveries.kind import DELIVERIES
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.objections.kind import OBJECTIONS
from services.interaction.orders.kind import ORDERS
from services.interaction.payments.kind import PAYMENTS
from services.interaction.promises.kind import PROMISES
from services.interaction.records.kinds import Kind
from services.interaction.returns.kind import RETURNS
from shared.masking import personal

_TELLING = [literal_column(f"'{status}'", Text) for status in ("draft", "cancelled")]
SHOWN = 120  # characters of a body that stands for a missing subject
NOTHING = cast(null(), Text)
Value = Callable[[Any], ColumnElement[Any]]  # of a model


def nothing(_: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    """Return what facts have that are no contacts."""
    return NOTHING


def nobody(_: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Return who took part where nobody did."""
    return cast(null(), JSONB)


@dataclass(frozen=True, eq=False)
class Told:
    """How facts of a kind are told on timelines, to readers with a scope; `contact` if somebody talked.

    `participants` is the JSON list of who took part, as contacts keep it.
    `only` says which of them are: all, unless it is given.
    """

    kind: Kind
    scope: str
    summary: Value
    contact: bool = False
    channel: Value = nothing
    direction: Value = nothing
    purpose: Value = nothing
    participants: Value = nobody
    only: Callable[[Any], ColumnElement[bool]] | None = None


def _subject(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    start = func.left(t.body, literal_column(str(SHOWN)))
    return func.coalesce(personal(t.subject), personal(start), t.purpose, t.channel)


def _number(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    name = func.concat(t.source_id, literal_column("': '"))
    return case((t.source_id.is_not(None), name), else_=literal_column("''"))


def _sum(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Sum up by the source's number and the amount, and say of a draft or what is cancelled that it is so."""
    amount = t.amount if hasattr(t, "amount") else t.total
    told = [_number(t), cast(amount, Text), literal_column("' '"), t.currency]
    if hasattr(t, "status"):
        said = func.concat(literal_column("', '"), t.status)
        told.append(case((t.status.in_(_TELLING), said), else_=literal_column("''")))
    return func.concat(*told)


def _delivery(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    return func.concat(_number(t), t.status)


def _promise(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    start = func.left(personal(t.what), literal_column(str(SHOWN)))
    return func.concat(t.outcome, literal_column("': '"), start)


def _objection(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    start = func.left(personal(t.said), literal_column(str(SHOWN)))
    return func.concat(t.kind, literal_column("', '"), t.outcome, literal_column("': '"), start)


def _call(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Sum up a call: how it ended, how long somebody talked, and what came of it."""
    answered = t.outcome == literal_column(f"'{CallOutcome.ANSWERED}'")
    length = case((answered, func.concat(func.round(t.talked_seconds), literal_column("' s'"))))
    return func.concat_ws(literal_column("', '"), t.outcome, length, func.coalesce(t.disposition, t.queue))


def _call_direction(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    internal = t.direction == literal_column(f"'{CallDirection.INTERNAL}'")
    return case((internal, literal_column(f"'{Direction.NONE}'")), else_=t.direction)


def _ended(t: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    ended: ColumnElement[bool] = t.ended_at.is_not(None)
    return ended


def _by_phone(_: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    return literal_column("'phone'", Text)


_TALKED: dict[str, Any] = {"channel": _by_phone, "direction": _call_direction, "only": _ended}
_CONTACT = {name: attrgetter(name) for name in ("channel", "direction", "purpose", "participants")}
TOLD = {
    told.kind.name: told
    for told in (
        Told(INTERACTIONS, "interactions:read", _subject, contact=True, **_CONTACT),
        Told(CALLS, "interactions:read", _call, contact=True, **_TALKED),
        Told(PROMISES, "interactions:read", _promise),
        Told(OBJECTIONS, "interactions:read", _objection),
        Told(DELIVERIES, "orders:read", _delivery),
        *(Told(kind, "orders:read", _sum) for kind in (ORDERS, PAYMENTS, RETURNS, CREDIT_NOTES)),
    )
}
SCOPES = {name: told.scope for name, told in TOLD.items()}
CONTACTS = frozenset(name for name, told in TOLD.items() if told.contact)
