"""Owns which combinations of dimensions the cube keeps, and which of them answers a question. Pure."""

from collections.abc import Iterable

DIMENSIONS = ("product_id", "category", "region", "salesperson", "department", "customer_class")
OWNING = "owning_department"  # of the customer: told only to those who see no more than a department
OF_A_LINE = frozenset(("product_id", "category"))  # the others are of the whole order
OWNED = 1 << len(DIMENSIONS)  # the bit of a grain that tells them apart
_ORDER = ("region", "salesperson", "department", "customer_class")
_FINE = (  # with nearly as many cells as there are lines
    ("category", *_ORDER),
    ("product_id", "category", "region", "customer_class"),
    ("product_id", "category", "salesperson", "department"),
)
GRAINS = (  # of each kind from the fewest cells to the most
    _ORDER,
    ("product_id", "category"),
    ("category", "region", "department", "customer_class"),
    ("category", "salesperson", "department"),
    *_FINE,
    (OWNING, *_ORDER),
    (OWNING, "product_id", "category"),
    (OWNING, "category", "region", "department", "customer_class"),
    (OWNING, "category", "salesperson", "department"),
)
BY_QUARTER = tuple(grain for grain in GRAINS if grain not in _FINE)  # as well: up to a third to add up


def number(grain: Iterable[str]) -> int:
    """Return GROUPING(*DIMENSIONS) of it, a bit for each one left out, that of the last lowest; and OWNED."""
    there = set(grain)
    left_out = sum(1 << at for at, name in enumerate(reversed(DIMENSIONS)) if name not in there)
    return left_out + OWNED * (OWNING in there)


def grain_for(asked: Iterable[str]) -> int | None:
    """Return the number of the smallest grain that tells these dimensions, None if only the lines do.

    One that tells departments of customers is for those who ask for one, and no other is.

    Orders add up over the dimensions of an order, each being of one region, but not over those of a line: an
    order of two categories would count twice. So a grain that tells more of the line than was asked is none.
    """
    wanted = set(asked)
    line = wanted & OF_A_LINE
    for grain in GRAINS:
        told = set(grain)
        finest = "product_id" in line or (told & OF_A_LINE) == line
        if wanted <= told and finest and (OWNING in wanted) == (OWNING in told):
            return number(grain)
    return None
