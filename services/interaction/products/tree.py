"""The catalogue as a tree: categories, their families, and how many products each has."""

from sqlalchemy import Integer, Text, bindparam, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.interaction.products.models import Product
from shared.statements import Statement, json_object

_name = func.coalesce(Product.category, literal_column("''", Text))
_active = func.count().filter(Product.active)
_families = (
    select(_name.label("category"), Product.family, func.count().label("products"), _active.label("active"))
    .where(func.coalesce(_name > bindparam("last_category", type_=Text), true()))
    .group_by(_name, Product.family)
    .subquery("families")
)
_branch = json_object(family=_families.c.family, products=_families.c.products, active=_families.c.active)
TREE = Statement(
    select(
        _families.c.category,
        json_object(
            category=_families.c.category,
            products=cast(func.sum(_families.c.products), Integer),
            active=cast(func.sum(_families.c.active), Integer),
            families=func.json_agg(aggregate_order_by(_branch, _families.c.family)),
        ).label("data"),
    )
    .group_by(_families.c.category)
    .order_by(_families.c.category)
    .limit(bindparam("limit", type_=Integer))
)
