"""Products as a kind of record."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.identities.people import key_of
from services.interaction.products.models import Product
from services.interaction.products.replacing import link
from services.interaction.products.schemas import ProductCreate, ProductRead
from services.interaction.records.drafts import Columns
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import record
from shared.statements import json_object


def rendering(t: Any, _: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model, or the columns of a CTE
    """Render a product."""
    return json_object(
        id=t.id,
        version=t.version,
        name=t.name,
        category=t.category,
        family=t.family,
        release=t.release,
        active=t.active,
        replaced_by_id=t.replaced_by_id,
        **record(t),
    )


def columns(given: Mapping[str, Any]) -> Columns:
    """Return the columns of given fields; `replaced_by_id` is still the product's key, to be looked up."""
    out = dict(given)
    if "replaced_by" in out:
        reference = out.pop("replaced_by")
        out["replaced_by_id"] = None if reference is None else key_of(reference)
    return out


PRODUCTS = Kind(
    name="product",
    path="products",
    model=Product,
    create=ProductCreate,
    read=ProductRead,
    rendering=rendering,
    columns=columns,
    link=link,
)
