"""Reading on which day customers first bought of each product category."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from services.scoring.cube.said import said
from services.scoring.facts.models import Fact, Kind
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.lifecycle.purchases import Floats, Ints
from services.scoring.products.models import Product
from services.scoring.states.histories import BELONGS
from services.scoring.states.queries import UNTIL
from shared.statements import Runner, Statement

_DAYS = 1 << 22  # more than any day number


async def new_categories(on: Runner, ids: Sequence[UUID], until: date, *, row: Ints, day: Ints) -> Floats:
    """Return how many categories each purchase day brought that its customer had not bought of before.

    row and day are those of Purchases, in their order; the categories of a first day are not counted.
    """
    found = np.zeros(len(row))
    told = await _FIRST.all(on, ids=ids, until=until)
    if not told:
        return found
    at = {id_: number for number, id_ in enumerate(ids)}
    keys = np.array([at[UUID(int=one[0].int)] * _DAYS + one[1] for one in told], np.int64)
    np.add.at(found, np.searchsorted(row * _DAYS + day, keys), 1)
    found[np.diff(row, prepend=-1) != 0] = 0
    return found


_line = said(Fact.lines, "line")
_FIRST = Statement(
    select(
        Identity.current_id,
        cast(func.min(Fact.day) - literal_column("date '1970-01-01'", Date), BigInteger),
    )
    .select_from(Fact)
    .join(_line, literal_column("true"))
    .join(Product, Product.id == _line.c.product_id)
    .where(
        *BELONGS,
        Fact.kind == literal_column(f"'{Kind.ORDER}'", Text),
        Fact.counts,
        Fact.day <= UNTIL,
        Product.category.is_not(None),
        Identity.current_id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    )
    .group_by(Identity.current_id, Product.category),
    unguarded=COMPUTED,
)
