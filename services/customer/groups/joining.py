"""Joining in batches: many customers into one thing, in one statement; who is in already stays as it is."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from asyncpg import Record, UniqueViolationError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.dialects.postgresql import JSONB, insert

from feed.write import by, entries
from keeping.keeper import Keeper
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import recordset
from services.customer.customers.referring import referred
from services.customer.customers.schemas import Outcome
from services.customer.groups.resolving import resolved
from shared.database import Transaction
from shared.errors import Problem, as_row_problem
from shared.ids import uuid7
from shared.schemas import Body
from shared.statements import Statement
from web.once import Again, Answer
from web.refusals import invalid, shapes_of

Joined = tuple[Outcome, UUID] | Problem
DECIDING = "decides what a write does, and shows nobody anything"


class Joining:
    """Batches of rows of a keeper's that tie customers to one thing: `parent` is the column that names it.

    `row` is what callers send for one, with `customer` and columns of the model.
    """

    def __init__(self, keeper: Keeper, parent: str, row: type[Body]) -> None:
        self.keeper, self.parent, self.row = keeper, parent, row

    async def join(self, tx: Transaction, parent: UUID, items: Sequence[object]) -> Answer:
        """Let customers join; the answer has a result for each row."""
        rows = [self._read(item) for item in items]
        wanted = {index: referred(row["customer"]) for index, row in enumerate(rows) if isinstance(row, dict)}
        who = await resolved(tx.connection, tx.principal, wanted.values())
        people = {index: who[reference] for index, reference in wanted.items() if reference in who}
        originals = [id_ for each in people.values() for id_ in _ids(each)]
        known = await self._known.all(tx.connection, parent=parent, ids=originals)
        held = {row["customer_id"]: row["id"] for row in known}
        results, new = list[Joined](), list[dict[str, Any]]()
        for index, row in enumerate(rows):
            whose = people.get(index)
            if isinstance(row, Problem):
                results.append(row)
            elif whose is None:
                results.append(CustomerNotFound())
            elif taken := next((held[id_] for id_ in _ids(whose) if id_ in held), None):
                results.append((Outcome.UNCHANGED, taken))
            else:
                held[whose["id"]] = made = uuid7()
                columns = {name: value for name, value in row.items() if name != "customer"}
                new.append({**columns, "id": made, "customer_id": whose["id"], self.parent: parent})
                results.append((Outcome.CREATED, made))
        await self._write(tx, new)
        return Answer(_report(results), subjects=[row["id"] for row in new])

    def _read(self, item: object) -> dict[str, Any] | Problem:
        """Return the columns that a row gives, or the problem with it."""
        try:
            row = self.row.model_validate(item).model_dump()
            self.keeper.check(row)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            return invalid(({**each, "loc": ("body", *each["loc"])} for each in found), item, self._shapes)
        except Problem as problem:
            return problem
        return row

    async def _write(self, tx: Transaction, new: Sequence[Mapping[str, Any]]) -> None:
        if not new:
            return
        with again_if_taken():
            stamped = [{**row, "version": 1, "created_at": tx.at, "updated_at": tx.at} for row in new]
            await self._insert.value(tx.connection, rows=stamped, **by(tx))

    def _shapes(self) -> Any:  # noqa: ANN401 - what `invalid` asks for
        return shapes_of(TypeAdapter(self.row))

    @cached_property
    def _known(self) -> Statement:
        model = self.keeper.model
        mine = getattr(model, self.parent) == sa.bindparam("parent", type_=sa.Uuid)
        theirs = model.customer_id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid)))
        rows = sa.select(model.id, model.customer_id).where(mine, theirs, model.deleted_at.is_(None))
        return Statement(rows, unguarded=DECIDING)

    @cached_property
    def _insert(self) -> Statement:
        model = self.keeper.model
        columns = list(model.__table__.columns)
        given = recordset("rows", *columns)
        rows = insert(model).from_select([c.name for c in columns], sa.select(*given.c).order_by(given.c.id))
        made = rows.returning(*columns).cte("made")
        owner, department = self.keeper.owner(made.c)
        changed = sa.select(
            made.c.id.label("subject"),
            made.c.version,
            sa.cast(sa.literal_column("'{}'"), JSONB).label("diff"),
            owner.label("owner"),
            department.label("department"),
        ).cte("changed")
        told = entries(self.keeper.feed, changed, f"{self.keeper.kind}.created")
        return Statement(sa.select(sa.func.count()).select_from(made).add_cte(*told), unguarded=DECIDING)


def _ids(whose: Record) -> list[UUID]:
    return [whose["id"], *whose["merged_ids"]]


@contextmanager
def again_if_taken() -> Iterator[None]:
    """Begin again when somebody else let the same customer in at the same time."""
    try:
        yield
    except UniqueViolationError as race:
        raise Again from race


def _report(results: Sequence[Joined]) -> dict[str, Any]:
    lines = [_line(index, result) for index, result in enumerate(results)]
    counts = Counter(line["outcome"] for line in lines)
    return {"results": lines, "counts": {outcome.value: counts[outcome] for outcome in Outcome}}


def _line(index: int, result: Joined) -> dict[str, Any]:
    if isinstance(result, Problem):
        outcome, id_, problem = Outcome.REJECTED, None, as_row_problem(result)
    else:
        (outcome, id_), problem = result, None
    return {"index": index, "outcome": outcome, "id": id_ and str(id_), "problem": problem}
