"""Promises, and claims of publicity, as kinds of records."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.orders.queries import attach
from services.interaction.promises.models import Promise, PublicityClaim
from services.interaction.promises.outcomes import settle
from services.interaction.promises.schemas import (
    PromiseCreate,
    PromiseRead,
    PublicityClaimCreate,
    PublicityClaimRead,
)
from services.interaction.records.drafts import Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact, record
from shared.database import Transaction
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a promise."""
    return json_object(**_promised(t), order_id=t.order_id, made_at=t.occurred_at, **fact(t, who))


def _claim(t: Any, _: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    return json_object(**_promised(t), medium=t.medium, published_at=t.occurred_at, **record(t))


def _promised(t: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    names = ("id", "version", "what", "due_at", "keeper", "outcome", "settled_at", "note")
    return {name: getattr(t, name) for name in names}


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the orders that promises are about."""
    await attach(tx.connection, tx.principal, drafts)


PROMISES = Kind(
    name="promise",
    path="promises",
    model=Promise,
    create=PromiseCreate,
    read=PromiseRead,
    rendering=rendering,
    time="made_at",
    whole=settle,
    link=link,
)
PUBLICITY_CLAIMS = Kind(
    name="publicity_claim",
    path="publicity-claims",
    model=PublicityClaim,
    create=PublicityClaimCreate,
    read=PublicityClaimRead,
    rendering=_claim,
    time="published_at",
    whole=settle,
)
