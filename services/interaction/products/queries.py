"""Resolving the products that lines name."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select

from services.interaction.products.models import Product
from services.interaction.records.drafts import Draft
from services.interaction.sources.queries import reserve
from shared.errors import Invalid
from shared.statements import Runner, Statement

_THERE = Statement(
    select(Product.id).where(Product.id == func.any(bindparam("ids", type_=ARRAY(Uuid)))),
)
Line = dict[str, Any]


class UnknownProduct(Invalid):
    """A line names a product by an id that was never given."""

    code, title = "unknown_product", "The product is not known"


async def identify(on: Runner, drafts: Sequence[Draft]) -> None:
    """Put `product_id` into every line that names a product.

    A product named by its source key gets its id now, even if it arrives later; one named by an unknown id
    makes its draft rejected.
    """
    drafts = [draft for draft in drafts if draft.problem is None and "lines" in draft.values]
    lines = [line for draft in drafts for line in draft.values["lines"]]
    names = {_name(line) for line in lines if line["product"]}
    ids = await reserve(on, "product", sorted(names)) if names else {}
    for line in lines:
        if line["product"]:
            line["product_id"] = str(ids[_name(line)])
    await _check(on, drafts)


async def _check(on: Runner, drafts: Sequence[Draft]) -> None:
    asked = {UUID(line["product_id"]) for draft in drafts for _, line in _by_id(draft)}
    if not asked:
        return
    there = {row["id"] for row in await _THERE.all(on, ids=list(asked))}
    for draft in drafts:
        wrong = [at for at, line in _by_id(draft) if UUID(line["product_id"]) not in there]
        if wrong:
            draft.problem = _unknown(wrong)


def _by_id(draft: Draft) -> Iterable[tuple[int, Line]]:
    lines = enumerate(draft.values["lines"])
    return ((at, line) for at, line in lines if line["product_id"] and not line["product"])


def _name(line: Line) -> tuple[str, str]:
    return line["product"]["system"], line["product"]["id"]


def _unknown(places: Sequence[int]) -> UnknownProduct:
    detail = "No product has this id."
    return UnknownProduct(
        detail,
        errors=[
            {"pointer": f"/lines/{at}/product", "code": "unknown_product", "detail": detail} for at in places
        ],
    )
