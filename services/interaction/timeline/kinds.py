"""The kinds of facts on a timeline, and the line that sums up each."""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column

from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.orders.kind import ORDERS
from services.interaction.payments.kind import PAYMENTS
from services.interaction.records.kinds import Kind
from services.interaction.returns.kind import RETURNS
from shared.masking import personal

KINDS = {kind.name: kind for kind in (INTERACTIONS, ORDERS, PAYMENTS, RETURNS)}
# The scope that each kind is read under.
SCOPES = {
    "interaction": "interactions:read",
    "order": "orders:read",
    "payment": "orders:read",
    "return": "orders:read",
}
SHOWN = 120  # characters of a body that stands for a missing subject


def summary(kind: Kind, t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    """Sum up a fact: the subject of a contact, the number and amount of the others."""
    if kind.name == "interaction":
        start = func.left(t.body, literal_column(str(SHOWN)))
        return func.coalesce(personal(t.subject), personal(start), t.purpose, t.channel)
    amount = t.amount if kind.name == "payment" else t.total
    name = func.concat(t.source_id, literal_column("': '"))
    number = case((t.source_id.is_not(None), name), else_=literal_column("''"))
    return func.concat(number, cast(amount, Text), literal_column("' '"), t.currency)
