"""Products as a kind of record."""

from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.products.models import Product
from services.interaction.products.schemas import ProductCreate, ProductRead
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
        active=t.active,
        **record(t),
    )


PRODUCTS = Kind(
    name="product",
    path="products",
    model=Product,
    create=ProductCreate,
    read=ProductRead,
    rendering=rendering,
)
