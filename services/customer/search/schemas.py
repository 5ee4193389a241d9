"""What callers send to search customers."""

from enum import StrEnum

from pydantic import Field

from shared.schemas import Body, Whole, example
from shared.trees import Tree


class CustomerSortField(StrEnum):
    """What a search may be sorted by: what every customer has, and an index for."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class SortDirection(StrEnum):
    """From the least to the greatest, or the other way round."""

    ASC = "asc"
    DESC = "desc"


class CustomerSort(Body):
    """An order of pages; customers that are equal in it are in that of their ids."""

    field: CustomerSortField
    direction: SortDirection = SortDirection.ASC


class CustomerSearch(Body):
    """A filter, none for all customers, and an order, without which the newest come first."""

    model_config = example(filter={"field": "region", "op": "eq", "value": "East"}, limit=50)

    filter: Tree | None = None
    sort: list[CustomerSort] = Field(default_factory=list, max_length=1)
    limit: Whole = Field(50, ge=1, le=1000)
    cursor: str | None = Field(None, max_length=500)
