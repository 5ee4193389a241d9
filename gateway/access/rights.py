"""Rights: what a client holds, and who may hand it out."""

from collections.abc import Iterator, Mapping
from typing import Any

from asyncpg import Record

from shared.auth import Principal, Visibility
from shared.errors import Conflict, FieldError, Forbidden, Invalid

SCOPE = "access:admin"
PATCHABLE = ("name", "scopes", "visibility", "department", "personal", "source", "rate")


class TooMuch(Forbidden):
    """A client would be given more than its maker has."""

    code, title = "grants_too_much", "Nobody can grant what they do not hold"


class Ended(Conflict):
    """The client or the key was revoked or has expired; there is no way back."""

    code, title = "access_ended", "The client or key has ended for good"


def principal_of(row: Mapping[str, Any] | Record) -> Principal:
    """Return whom a client speaks for."""
    return Principal(
        row["principal_id"],
        frozenset(row["scopes"]),
        Visibility(row["visibility"]),
        row["department"],
        row["source"],
        personal=row["personal"],
    )


def own_principal(client: object) -> str:
    """Return the principal of a client that acts as nobody else."""
    return f"client:{client}"


def check(by: Principal, client: Mapping[str, Any]) -> None:
    """Raise Invalid for rights that contradict each other, TooMuch for those that `by` does not hold."""
    if detail := _misplaced(client):
        raise Invalid(errors=[{"pointer": "/department", "code": "department", "detail": detail}])
    if errors := beyond(by, client):
        raise TooMuch(errors=errors)


def beyond(by: Principal, client: Mapping[str, Any]) -> list[FieldError]:
    """Return what a client holds and `by` does not."""
    return list(_beyond(by, principal_of(client), own_principal(client["id"])))


def _misplaced(client: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a department: one that narrows nothing would look like a limit and be none."""
    narrow, department = client["visibility"] == Visibility.DEPARTMENT, client["department"]
    if narrow and department is None:
        return "The visibility department needs a department."
    if not narrow and department is not None:
        return "A department narrows nothing without the visibility department."
    return None


def _beyond(by: Principal, asked: Principal, own: str) -> Iterator[FieldError]:
    if not all(by.may(scope) for scope in asked.scopes):
        yield _error("/scopes", "You do not hold every one of these scopes.")
    if asked.personal and not by.personal:
        yield _error("/personal_data", "You do not see personal data yourself.")
    if by.visibility is Visibility.ALL:
        return
    if asked.id not in {by.id, own}:
        yield _error("/principal_id", "Only who sees all records may let a client act as somebody else.")
    if asked.visibility is Visibility.ALL or (
        asked.visibility is Visibility.DEPARTMENT
        and (by.visibility, by.department) != (asked.visibility, asked.department)
    ):
        yield _error("/visibility", "You do not see all of these records yourself.")


def _error(pointer: str, detail: str) -> FieldError:
    return {"pointer": pointer, "code": TooMuch.code, "detail": detail}
