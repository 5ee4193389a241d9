"""Products that replace others: the chains that this makes, free of circles. The first half is pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Integer, Uuid, any_, bindparam, func, literal_column, select

from services.interaction.products.models import Product
from services.interaction.products.queries import UnknownProduct
from services.interaction.records.drafts import Draft
from services.interaction.sources.queries import find, reserve
from shared.database import Transaction
from shared.errors import FieldError, Invalid
from shared.statements import Runner, Statement

POINTER = "/replaced_by"
Edges = dict[UUID, set[UUID]]  # by product, what it is replaced by


class ReplacementCircle(Invalid):
    """A product would in the end replace itself."""

    code, title = "replacement_circle", "A product cannot come to replace itself"


def leads_to(edges: Edges, start: UUID, goal: UUID) -> bool:
    """Whether replacements lead from one product to another."""
    seen, ahead = set[UUID](), [start]
    while ahead:
        product = ahead.pop()
        if product == goal:
            return True
        if product not in seen:
            seen.add(product)
            ahead += edges.get(product, ())
    return False


def judge(edges: Edges, wanted: Iterable[tuple[Draft, UUID, UUID]]) -> None:
    """Let each draft, in turn, replace a product by another; one that closes a circle is rejected.

    What a product was replaced by before goes on to count, since the draft that changes it may yet be
    rejected for another reason.
    """
    for draft, product, by in wanted:
        if leads_to(edges, by, product):
            detail = "The product that is to replace it is, in the end, replaced by it."
            error: FieldError = {"pointer": POINTER, "code": ReplacementCircle.code, "detail": detail}
            draft.problem = ReplacementCircle(detail, errors=[error])
        else:
            edges.setdefault(product, set()).add(by)


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the products that replace those of the drafts; one named before it comes has its id reserved.

    Who changes replacements waits for the others who do, so that no two of them close a circle together.
    """
    drafts = [draft for draft in drafts if draft.problem is None and draft.values.get("replaced_by_id")]
    if not drafts:
        return
    await _LOCK.value(tx.connection)
    keys = {draft.values["replaced_by_id"] for draft in drafts}
    ids: dict[Any, UUID] = dict(
        await reserve(tx.connection, "product", [key for key in keys if not isinstance(key, UUID)])
    )
    given = [key for key in keys if isinstance(key, UUID)]
    ids |= {row["id"]: row["id"] for row in await _THERE.all(tx.connection, ids=given)} if given else {}
    for draft in drafts:
        _name(draft, ids)
    await _check(tx, [draft for draft in drafts if draft.problem is None])


def _name(draft: Draft, ids: Mapping[Any, UUID]) -> None:
    by = ids.get(draft.values["replaced_by_id"])
    if by is None:
        detail = "No product has this id."
        error: FieldError = {"pointer": POINTER, "code": UnknownProduct.code, "detail": detail}
        draft.problem = UnknownProduct(detail, errors=[error])
    else:
        draft.values["replaced_by_id"] = by


async def _check(tx: Transaction, drafts: Sequence[Draft]) -> None:
    own = await find(tx.connection, "product", {draft.source for draft in drafts if draft.source})
    targets = {draft.values["replaced_by_id"] for draft in drafts}
    rows = await _CHAINS.all(tx.connection, ids=list(targets)) if targets else []
    edges: Edges = {row["id"]: {row["replaced_by_id"]} for row in rows if row["replaced_by_id"]}
    wanted = []
    for draft in drafts:
        product = draft.id or (own.get(draft.source) if draft.source else None)
        if product is not None:  # one that nobody can have named closes no circle
            wanted.append((draft, product, draft.values["replaced_by_id"]))
    judge(edges, wanted)


async def replacements(on: Runner, product_id: UUID) -> dict[str, Any]:
    """Return what a product was replaced by, one after the other, and all that it replaces, nearest first."""
    after = await _AFTER.all(on, id=product_id)
    before = await _BEFORE.all(on, id=product_id)
    successors, predecessors = ([_shown(row) for row in rows] for rows in (after, before))
    current = successors[-1]["id"] if successors else product_id
    return {
        "product_id": product_id,
        "current_product_id": current,
        "replaced_by": successors,
        "replaces": predecessors,
    }


def _shown(row: Record) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "release", "active", "step")}


_LOCK = Statement(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(literal_column("'product replacements'"), literal_column("0", Integer))
        )
    )
)
_IDS = any_(bindparam("ids", type_=ARRAY(Uuid)))
_THERE = Statement(select(Product.id).where(Product.id == _IDS))
_chain = select(Product.id, Product.replaced_by_id).where(Product.id == _IDS).cte("chain", recursive=True)
_chain = _chain.union(
    select(Product.id, Product.replaced_by_id).join(_chain, Product.id == _chain.c.replaced_by_id)
)
_CHAINS = Statement(select(_chain))


def _walk(*, onward: bool) -> Statement:
    """Follow the replacements of one product onward, or back, with the number of steps."""
    one = literal_column("1", Integer)
    columns = (Product.id, Product.name, Product.release, Product.active, Product.replaced_by_id)
    start = select(*columns, literal_column("0", Integer).label("step"))
    walk = start.where(Product.id == bindparam("id", type_=Uuid)).cte("walk", recursive=True)
    next_ = Product.id == walk.c.replaced_by_id if onward else Product.replaced_by_id == walk.c.id
    walk = walk.union_all(select(*columns, walk.c.step + one).join(walk, next_))
    found = select(walk).where(walk.c.step > literal_column("0", Integer))
    return Statement(found.order_by(walk.c.step, walk.c.id))


_AFTER, _BEFORE = _walk(onward=True), _walk(onward=False)
