"""Exchange rates as a kind of record, known by pair and day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, cast

from services.interaction.orders.amounts import quantity
from services.interaction.rates.models import Rate
from services.interaction.rates.schemas import ExchangeRateCreate, ExchangeRateRead
from services.interaction.records.drafts import Columns, Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import record
from services.interaction.records.schemas import RecordCreate
from shared.errors import FieldError, Invalid
from shared.statements import json_object

SYSTEM = "exchange-rate"
KEY = ("base", "quote", "day")


class NotARate(Invalid):
    """A pair of one currency, or another pair or day than the rate was set for."""

    code, title = "not_a_rate", "This is not an exchange rate"


class _Rates(Kind):
    """Gives every rate the source key that its pair and day make."""

    def draft(self, row: RecordCreate, index: int = 0) -> Draft:
        """Return what a validated row wants."""
        draft = super().draft(row, index)
        if draft.values.keys() >= set(KEY):
            draft.source = name(draft.values["base"], draft.values["quote"], draft.values["day"])
        return draft


def name(base: str, quote: str, day: date) -> tuple[str, str]:
    """Return the source key of a rate."""
    return SYSTEM, f"{base}/{quote}/{day}"


def rendering(t: Any, _: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model, or the columns of a CTE
    """Render an exchange rate."""
    return json_object(
        id=t.id,
        version=t.version,
        base=t.base,
        quote=t.quote,
        day=t.day,
        rate=cast(t.rate, Text),
        quoted_by=t.quoted_by,
        **record(t),
    )


def columns(given: Mapping[str, Any]) -> Columns:
    """Return the columns of given fields."""
    out = dict(given)
    if out.get("rate") is not None:
        out["rate"] = quantity(out["rate"])
    return out


def whole(before: Columns | None, after: Columns) -> Columns:
    """Refuse a rate of a currency to itself, and another pair or day than before."""
    if after["base"] == after["quote"]:
        raise _refused("quote", "A currency has no rate to itself.")
    for field in KEY if before else ():
        if before and before[field] != after[field]:
            raise _refused(field, "A rate keeps its pair and day; set another one.")
    return after


def _refused(field: str, detail: str) -> NotARate:
    error: FieldError = {"pointer": f"/{field}", "code": NotARate.code, "detail": detail}
    return NotARate(detail, errors=[error])


RATES = _Rates(
    name="exchange_rate",
    path="exchange-rates",
    model=Rate,
    create=ExchangeRateCreate,
    read=ExchangeRateRead,
    rendering=rendering,
    columns=columns,
    whole=whole,
)
