"""What a filter tree looks like in the OpenAPI document; `filters.conditions` reads it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, WrapValidator

from filters.conditions import MOST
from filters.fields import MOST_VALUES
from filters.kinds import LONGEST
from shared.schemas import Body, Flag

Value = Annotated[str, Field(max_length=LONGEST)] | float | bool
Name = Annotated[str, Field(min_length=1, max_length=200, description="A field listed.", examples=["name"])]


class FilterOperator(StrEnum):
    """How a field's value compares to one value; `ne` is the complement of `eq`, so null meets it."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"


class FilterComparison(Body):
    """A field compared to one value; the case of texts counts."""

    field: Name
    op: FilterOperator
    value: Value


class FilterMembership(Body):
    """A field that has one of some values."""

    field: Name
    op: Literal["in"]
    value: list[Value] = Field(min_length=1, max_length=MOST_VALUES)


class FilterRange(Body):
    """A field between two values, both of them included."""

    field: Name
    op: Literal["between"]
    value: list[Value] = Field(min_length=2, max_length=2)


class FilterExistence(Body):
    """A field that has a value, or with `false` one that has none."""

    field: Name
    op: Literal["exists"]
    value: Flag = True


class FilterAnd(Body):
    """All of some filters."""

    all: list["Node"] = Field(alias="and", min_length=1, max_length=MOST)


class FilterOr(Body):
    """At least one of some filters."""

    any: list["Node"] = Field(alias="or", min_length=1, max_length=MOST)


class FilterNot(Body):
    """All records that a filter does not find."""

    none: "Node" = Field(alias="not")


Node = FilterComparison | FilterMembership | FilterRange | FilterExistence | FilterAnd | FilterOr | FilterNot
for _model in (FilterAnd, FilterOr, FilterNot):
    _model.model_rebuild()
Tree = Annotated[Node, WrapValidator(lambda given, _: given)]  # described here, read with its fields
