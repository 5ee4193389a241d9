"""What callers send is taken as it is written: 1 is not true, "8" is not 8."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from shared.schemas import Body
from tests.architecture.applications import PARTS, application

STRAYS: dict[str, list[object]] = {"boolean": [1, 0, "true", "no"], "integer": ["8", True, 8.5]}


def bodies(above: type[Body] = Body) -> Iterator[type[Body]]:
    for each in above.__subclasses__():
        yield each
        yield from bodies(each)


def types(schema: dict[str, Any]) -> set[str]:
    some = (schema, *schema.get("anyOf", ()))
    return {each["type"] for each in some if "type" in each} | {"$ref" for each in some if "$ref" in each}


def fields() -> Iterator[tuple[type[Body], str, str]]:
    for part in PARTS:
        application(part)  # imports its schemas
    for body in bodies():
        if body.__module__.startswith("tests."):
            continue
        for name, schema in body.model_json_schema().get("properties", {}).items():
            if len(kinds := types(schema) - {"null"}) == 1 and (kind := kinds.pop()) in STRAYS:
                yield body, name, kind


def refused(body: type[Body], name: str, value: object) -> bool:
    try:
        body.model_validate({name: value})
    except ValidationError as error:
        return any(each["loc"][0] == name for each in error.errors())
    return False


def test_no_body_takes_one_type_for_another() -> None:
    found = list(fields())
    assert {kind for _, _, kind in found} == set(STRAYS)
    assert not [
        (body, name, value)
        for body, name, kind in found
        for value in STRAYS[kind]
        if not refused(body, name, value)
    ]
