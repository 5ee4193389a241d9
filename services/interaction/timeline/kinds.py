"""The kinds of facts on a timeline, and the line that sums up each."""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column

from services.interaction.credit_notes.kind import CREDIT_NOTES
from services.interaction.deliveries.kind import DELIVERIES
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.orders.kind import ORDERS
from services.interaction.payments.kind import PAYMENTS
from services.interaction.records.kinds import Kind
from services.interaction.returns.kind import RETURNS
from shared.masking import personal

_SALES = (ORDERS, PAYMENTS, RETURNS, DELIVERIES, CREDIT_NOTES)
KINDS = {kind.name: kind for kind in (INTERACTIONS, *_SALES)}
# The scope that each kind is read under.
SCOPES = {"interaction": "interactions:read", **{kind.name: "orders:read" for kind in _SALES}}
_TELLING = [literal_column(f"'{status}'", Text) for status in ("draft", "cancelled")]
SHOWN = 120  # characters of a body that stands for a missing subject


def summary(kind: Kind, t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    """Sum up a fact: the subject of a contact, the number and amount of the others."""
    if kind.name == "interaction":
        start = func.left(t.body, literal_column(str(SHOWN)))
        return func.coalesce(personal(t.subject), personal(start), t.purpose, t.channel)
    name = func.concat(t.source_id, literal_column("': '"))
    number = case((t.source_id.is_not(None), name), else_=literal_column("''"))
    if kind.name == "delivery":
        return func.concat(number, t.status)
    amount = t.amount if hasattr(t, "amount") else t.total
    return func.concat(number, cast(amount, Text), literal_column("' '"), t.currency, *_status(t))


def _status(t: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - as above
    """Say of what has a status that it is a draft, or cancelled."""
    if not hasattr(t, "status"):
        return []
    said = func.concat(literal_column("', '"), t.status)
    return [case((t.status.in_(_TELLING), said), else_=literal_column("''"))]
