"""Owns what a structure can be crossed by and narrowed to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.scoring.structure.figures import SalesMeasure
from services.scoring.structure.months import Span


class SalesDimension(StrEnum):
    """What is told apart. Region, salesperson and department are the order's, the class is the customer's."""

    MONTH = "month"
    PRODUCT = "product"
    CATEGORY = "category"
    REGION = "region"
    SALESPERSON = "salesperson"
    DEPARTMENT = "department"
    CUSTOMER_CLASS = "customer_class"
    CUSTOMER = "customer"

    @property
    def column(self) -> str:
        """The column of sold lines, and of the cube but for the customer."""
        return {"product": "product_id", "customer": "current_id"}.get(self.value, self.value)

    @property
    def of_a_line(self) -> bool:
        """Whether the lines of one order can differ in it, so that one order counts for several of them."""
        return self in {SalesDimension.PRODUCT, SalesDimension.CATEGORY}


Axes = tuple[SalesDimension, ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """To what a structure is narrowed: the values of dimensions, and those that are to be unknown."""

    values: Mapping[SalesDimension, Any]
    unknown: frozenset[SalesDimension] = frozenset()

    @property
    def used(self) -> frozenset[SalesDimension]:
        """Every dimension that it is about."""
        return self.unknown | self.values.keys()


@dataclass(frozen=True, slots=True)
class Question:
    """Which structure is asked for; `axes` are its rows and, if it has any, its columns.

    `replaced`: in price, volume and mix a product and those that took its place are one.
    """

    axes: Axes
    span: Span
    measure: SalesMeasure
    narrowing: Narrowing
    top: int
    currency: str
    replaced: bool = False


Members = Sequence[Any]  # values of one dimension, None for the unknown one
