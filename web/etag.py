"""Versions as entity tags: conditional writes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header
from starlette.requests import Request

from shared.errors import Invalid, PreconditionFailed, PreconditionRequired

ETAG = {"pattern": r'^"\d{1,9}"$', "maxLength": 11, "examples": ['"3"']}
_WRITTEN: dict[str, Any] = {"anyOf": [{"type": "string", **ETAG}]}
_READ = "The ETag that you read."
# How routes document If-Match; it is `demand` that reads it, and answers 428 where it is missing.
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description=_READ, json_schema_extra={**_WRITTEN, "x-required": True}),
]
IfMatchOptional = Annotated[
    str | None, Header(alias="If-Match", description=_READ, json_schema_extra=_WRITTEN)
]
Preference = Annotated[
    str,
    Header(alias="Prefer", max_length=200, description="`merge=disjoint` lets changes of other fields pass."),
]
_TAG = re.compile(r'"(\d{1,9})"')


@dataclass(frozen=True, slots=True)
class Condition:
    """The version that a caller has seen; `disjoint` lets a change of other fields since then pass."""

    version: int
    disjoint: bool = False


async def seen(request: Request, _: IfMatch = None, prefer: Preference = "") -> Condition:
    """Return what the caller demands of the version; 428 without If-Match."""
    return Condition(demand(request), disjoint="merge=disjoint" in prefer.replace(" ", "").split(","))


Seen = Annotated[Condition, Depends(seen)]


def tag(version: int) -> str:
    """Return the entity tag of a version, quoted as the header wants it."""
    return f'"{version}"'


def demand(request: Request) -> int:
    """Return the version named by If-Match; 428 without the header, 422 unless it is one tag of ours."""
    header = request.headers.get("if-match")
    if header is None:
        raise PreconditionRequired("Send If-Match with the ETag of the version that you changed.")
    found = _TAG.fullmatch(header.strip())
    if found is None:
        detail = 'If-Match takes one entity tag as a single resource gives it, such as "3".'
        raise Invalid(detail, errors=[{"header": "If-Match", "code": "bad_entity_tag", "detail": detail}])
    return int(found[1])


def stale(current: int, changed: Sequence[str]) -> PreconditionFailed:
    """Return the 412 that names the current version and the fields changed since the caller's."""
    return PreconditionFailed(
        "The resource was changed in between; read it again.",
        headers={"ETag": tag(current)},
        current_version=current,
        changed=sorted(changed),
    )
