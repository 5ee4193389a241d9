"""Turning what went wrong, wherever it was raised, into a problem that does not quote the input."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import asyncpg
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from shared import errors
from shared.errors import Conflict, FieldError, Invalid, Problem, Unavailable, Unexpected
from shared.places import pointer, unknown

MOST, LONGEST = 100, 500  # field errors in one answer, characters of the place of one
SAID = {  # pydantic's own words for these quote what was sent
    "uuid_parsing": "Input should be a valid UUID",
    "union_tag_invalid": "Input should have one of the known tags",
    "model_type": "Input should be an object",
    "url_parsing": "Input should be a valid URL",
}
UNSTORABLE = "A value is beyond what can be stored."
VALUE = (OverflowError, UnicodeError)  # causes of asyncpg's own DataError; a TypeError would be our fault
BUSY = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
DOWN = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a driver says whose connection is cut between two of its states
    OSError,  # TimeoutError too: the pool's acquire and asyncpg's connect
)
REFUSED = (
    asyncpg.NumericValueOutOfRangeError,
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.InvalidTextRepresentationError,
    asyncpg.DatetimeFieldOverflowError,
    asyncpg.StringDataRightTruncationError,
)
FORESEEN: tuple[tuple[tuple[type[Exception], ...], Callable[[], Problem]], ...] = (
    (REFUSED, lambda: Invalid(UNSTORABLE)),
    ((asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError), Conflict),
    (BUSY, lambda: Unavailable("The records are busy, try again.")),
    (DOWN, lambda: Unavailable("The database does not answer, try again.")),
)


def problem_of(error: Exception) -> Problem:
    """Return the problem for any exception; what nobody foresaw is Unexpected."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error.errors(), error.body)
    if isinstance(error, HTTPException):
        return _of_status(error)
    if isinstance(error, ExceptionGroup):  # of a task group, which one of its tasks has ended
        return problem_of(error.exceptions[0])
    if isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, VALUE):
        return Invalid(UNSTORABLE)
    return next((make() for kinds, make in FORESEEN if isinstance(error, kinds)), None) or Unexpected()


def _of_status(error: HTTPException) -> Problem:
    known = {
        kind.status: kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Problem)
    }
    kind = known.get(error.status_code, Invalid if error.status_code < 500 else Unexpected)
    return kind(headers=error.headers)


def invalid(
    found: Iterable[Mapping[str, Any]], body: object, shapes: Callable[[], list[set[str]]] = list
) -> Invalid:
    """Return pydantic's errors as a problem; `shapes` gives the members of each object in the schema."""
    return Invalid(
        errors=[_field_error(error, body, shapes) for error, _ in zip(found, range(MOST), strict=False)]
    )


def _field_error(error: Mapping[str, Any], body: object, shapes: Callable[[], list[set[str]]]) -> FieldError:
    kind, (source, *path) = error["type"], error["loc"]
    detail = SAID.get(kind, error["msg"].removeprefix("Value error, "))
    if source != "body":
        return {"parameter": str(path[0])[:LONGEST] if path else source, "code": kind, "detail": detail}
    place, parent = _place(path, body, missing=kind == "missing")
    if kind == "extra_forbidden":
        detail = unknown("field", place[-1], _members(parent, shapes()))
    return {"pointer": pointer(place)[:LONGEST], "code": kind, "detail": detail}


def _place(path: Sequence[str | int], body: object, *, missing: bool) -> tuple[list[str | int], object]:
    """Follow a location through the body; a step that is not there names a union's branch or a validator."""
    place: list[str | int] = []
    parent, at = None, body
    for step in path:
        if (isinstance(at, dict) and step in at) or (isinstance(at, list) and step in range(len(at))):
            parent, at = at, at[step]  # type: ignore[index]  # either kind of step fits its container here
            place.append(step)
    if missing and path:
        place.append(path[-1])
    return place, parent


def _members(given: object, shapes: Iterable[set[str]]) -> set[str]:
    """Return the members of the schema's object that the given one is most likely meant to be."""
    names = set(given) if isinstance(given, dict) else set[str]()
    return max(shapes, key=lambda shape: (len(shape & names), -len(shape)), default=set())


def shapes_of(adapter: TypeAdapter[Any]) -> list[set[str]]:
    """Return the member names of every object in a type's schema."""
    return list(_objects(adapter.json_schema()))


def _objects(schema: object) -> Iterator[set[str]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield set(schema["properties"])
        for inner in schema.values():
            yield from _objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _objects(inner)
