"""The JSON of what records have in common, built in the database."""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast

from shared.statements import json_object


def source_of(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model, or the columns of a CTE
    """Render a record's source key, null if it has none."""
    return case((t.source_id.is_not(None), json_object(system=t.source_system, id=t.source_id)))


def record(t: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Return the members that every record has."""
    return {
        "source": source_of(t),
        "attributes": t.attributes,
        "created_at": t.created_at,
        "updated_at": t.updated_at,
        "source_updated_at": t.source_updated_at,
    }


def fact(t: Any, who: Any) -> dict[str, Any]:  # noqa: ANN401 - as above, and an identity
    """Return the members that every record about a customer has."""
    return {
        "customer_id": t.customer_id,
        "current_customer_id": who.current_id,
        "matched": who.matched(),
        **record(t),
        "recorded_by": t.recorded_by,
    }


def money(amount: Any, currency: Any) -> ColumnElement[Any]:  # noqa: ANN401 - columns
    """Render an amount in a currency."""
    return json_object(amount=cast(amount, Text), currency=currency)
