"""Telling which product took the place of which."""

from sqlalchemy import CTE, Integer, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from services.scoring.products.models import Product

_LONGEST = literal_column(
    "100", Integer
)  # as far as a chain is followed, should one ever lead back to itself


def heirs() -> CTE:
    """Return (id, heir_id) of all products that were replaced: the last of those that took their place."""
    next_ = aliased(Product)
    first = select(
        Product.id, Product.replaced_by_id.label("heir_id"), literal_column("1", Integer).label("step")
    )
    chain = first.where(Product.replaced_by_id.is_not(None)).cte("chain", recursive=True)
    step = (chain.c.step + literal_column("1", Integer)).label("step")
    further = select(chain.c.id, next_.replaced_by_id, step).join(next_, next_.id == chain.c.heir_id)
    chain = chain.union_all(further.where(next_.replaced_by_id.is_not(None), chain.c.step < _LONGEST))
    last = select(chain.c.id, chain.c.heir_id).ext(distinct_on(chain.c.id))
    return last.order_by(chain.c.id, chain.c.step.desc()).cte("heirs")
