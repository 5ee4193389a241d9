"""Credit notes as a kind of record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.credit_notes.models import CreditNote
from services.interaction.credit_notes.schemas import CreditNoteCreate, CreditNoteRead
from services.interaction.credit_notes.sums import check
from services.interaction.identities.people import key_of
from services.interaction.orders import amounts
from services.interaction.orders.lines import kept_returned
from services.interaction.orders.queries import attach
from services.interaction.products.queries import identify
from services.interaction.records.drafts import Columns, Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact, money
from services.interaction.returns.queries import attach_return
from shared.database import Transaction
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a credit note."""
    return json_object(
        id=t.id,
        version=t.version,
        order_id=t.order_id,
        return_id=t.return_id,
        issued_at=t.occurred_at,
        amount=money(t.amount, t.currency),
        status=t.status,
        reason=t.reason,
        lines=t.lines,
        **fact(t, who),
    )


def columns(given: Mapping[str, Any]) -> Columns:
    """Return the columns of given fields; `return_id` is still the return's key, to be looked up."""
    out = dict(given)
    if "amount" in out:
        out["amount"] = amounts.money(out["amount"])
    if "lines" in out:
        out["lines"] = kept_returned(out["lines"])["lines"]
    if "for_return" in out:
        reference = out.pop("for_return")
        out["return_id"] = None if reference is None else key_of(reference)
    return out


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the orders, the returns and the products that are credited."""
    await attach(tx.connection, tx.principal, drafts)
    await attach_return(tx.connection, tx.principal, drafts)
    await identify(tx.connection, drafts)


CREDIT_NOTES = Kind(
    name="credit_note",
    path="credit-notes",
    model=CreditNote,
    create=CreditNoteCreate,
    read=CreditNoteRead,
    rendering=rendering,
    time="issued_at",
    columns=columns,
    check=check,
    link=link,
)
