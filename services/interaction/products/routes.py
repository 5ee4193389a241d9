"""Routes of products."""

from collections.abc import Mapping
from typing import Any

from services.interaction.products.kind import PRODUCTS
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes


async def filters(category: Word = None, family: Word = None) -> Mapping[str, Any]:
    """Choose among products."""
    return {"category": category, "family": family}


router = record_routes(PRODUCTS, scope="products", says="Add a product to the catalogue.", filters=filters)
