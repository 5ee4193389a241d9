"""What callers send to search customers, and what they get."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from filters.tree import Tree
from services.customer.customers.schemas import CustomerRead
from services.customer.search.questions import LONGEST
from shared.schemas import Body, Read, Whole, example


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


class MatchField(StrEnum):
    """What of a customer a search string met."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    CONTACT = "contact"
    IDENTITY = "identity"
    TAG = "tag"
    ADDRESS = "address"
    ATTRIBUTE = "attribute"


class MatchForm(StrEnum):
    """How it met it."""

    EXACT = "exact"
    FOLDED = "folded"
    HAN = "han"
    PINYIN = "pinyin"
    INITIALS = "initials"
    WORDS = "words"
    ENDS = "ends"
    PREFIX = "prefix"
    TYPO = "typo"


class CustomerMatch(Read):
    """Why a customer was found by a search string, and ranks where it does; `value` is what met it."""

    field: MatchField
    form: MatchForm
    value: str
    score: float
    reason: str


class CustomerHit(CustomerRead):
    """A customer in a list; `match` is null where no search string was given."""

    match: CustomerMatch | None


class CustomerPage(Read):
    """Customers: the best matches of a search string first, else the newest."""

    items: list[CustomerHit]
    next: str | None


Question = Annotated[
    str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*\S[^\x00]*$", examples=["zhang wei"])
]


class CustomerSearch(Body):
    """A string, a filter, none for all customers, and an order.

    Without an order the best matches of the string come first, and without a string the newest.
    """

    model_config = example(q="zhangwei", filter={"field": "region", "op": "eq", "value": "East"}, limit=50)

    q: Question | None = None

    filter: Tree | None = None
    sort: list[CustomerSort] = Field(default_factory=list, max_length=1)
    limit: Whole = Field(50, ge=1, le=1000)
    cursor: str | None = Field(None, max_length=500)
