"""Reading the rows of a batch, each on its own: a bad one is rejected and disturbs no other."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.interaction.records.drafts import Draft
from services.interaction.records.kinds import Kind
from shared.errors import Problem
from web.refusals import invalid, shapes_of


def read(kind: Kind, items: Sequence[Any]) -> list[Draft]:
    """Return a draft for each row, with the problem of those that are not valid, or come as their problem."""
    return [_draft(kind, item, index) for index, item in enumerate(items)]


def _draft(kind: Kind, item: object, index: int) -> Draft:
    if isinstance(item, Problem):  # with a line of a stream
        return Draft(index, {}, {}, problem=item)
    try:
        return kind.draft(kind.row.model_validate(item), index)
    except ValidationError as error:
        return Draft(index, {}, {}, problem=refused(kind.row, item, error))


def refused(row: type[BaseModel], item: object, error: ValidationError) -> Problem:
    """Return the problem of a row that is no valid one of its kind."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    placed: list[Mapping[str, Any]] = [{**each, "loc": ("body", *each["loc"])} for each in found]
    return invalid(placed, item, lambda: _shapes(row))


@cache
def _shapes(row: type[BaseModel]) -> list[set[str]]:
    return shapes_of(TypeAdapter(row))
