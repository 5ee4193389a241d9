"""Reading what contracts are made of: days on which customers paid for a category or a product."""

from sqlalchemy import Date, Float, Text, Uuid, bindparam, cast, func, literal_column, select

from services.scoring.cube.models import SoldLine
from services.scoring.facts.models import Kind
from shared.statements import visible

PAID = visible(
    select(SoldLine.current_id, SoldLine.day, cast(func.sum(SoldLine.amount), Float).label("money"))
    .where(
        SoldLine.kind == literal_column(f"'{Kind.ORDER}'", Text),
        SoldLine.currency == bindparam("currency", type_=Text),
        SoldLine.day <= bindparam("until", type_=Date),
    )
    .group_by(SoldLine.current_id, SoldLine.day)
    .order_by(SoldLine.current_id, SoldLine.day),
    of=SoldLine,
    filters={
        "category": SoldLine.category == bindparam("category", type_=Text),
        "product": SoldLine.product_id == bindparam("product", type_=Uuid),
    },
)
