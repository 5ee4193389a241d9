"""Bodies made from the OpenAPI document: a plausible one, and it with a hostile value in each place."""

import copy
import re
from collections.abc import Iterator
from json import loads
from typing import Any

Document = dict[str, Any]
NDJSON = "application/x-ndjson"
METHODS = ("get", "put", "post", "patch", "delete")
_BY_FORMAT = {
    "uuid": "0192f0c1-0000-7000-8000-000000000001",
    "date-time": "2026-03-01T09:30:00Z",
    "date": "2026-03-01",
    "uri": "https://example.com/",
}
_BY_WORD = {"currency": "CNY", "country": "CN", "amount": "12.30", "quantity": "2", "system": "erp"}


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield (method, path, operation) of the whole document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def body_schema(document: Document, operation: Document) -> Document | None:
    """Return the JSON schema of an operation's body, or of one line of it, if it takes one."""
    content = operation.get("requestBody", {}).get("content", {})
    if lines := content.get(NDJSON):
        line = resolve(document, lines["schema"]["x-item-schema"])
        return {**line, "examples": [loads(each) for each in lines["schema"]["examples"]]}
    for media_type in content:
        if media_type.endswith("json"):
            return resolve(document, content[media_type]["schema"])
    return None


def streams(operation: Document) -> bool:
    """Whether an operation takes a body of lines."""
    return NDJSON in operation.get("requestBody", {}).get("content", {})


def resolve(document: Document, schema: Document) -> Document:
    """Follow references, and take the first alternative that is not null."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif options := schema.get("anyOf") or schema.get("oneOf"):
            schema = next((o for o in options if o.get("type") != "null"), options[0])
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema


def options(document: Document, schema: Document) -> list[Document]:
    """Return everything that a schema may be, with references followed."""
    if "$ref" in schema:
        return options(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    inner = [each for key in ("anyOf", "oneOf", "allOf") for each in schema.get(key, ())]
    return [found for each in inner for found in options(document, each)] if inner else [schema]


def types_at(document: Document, schema: Document, at: tuple[Any, ...]) -> set[str]:
    """Return the JSON types that a place of a body takes; all of them where none is named."""
    here = options(document, schema)
    for step in at:
        below = [
            each.get("items") if isinstance(step, int) else each.get("properties", {}).get(step)
            for each in here
        ]
        here = [found for each in below if each is not None for found in options(document, each)]
    named = {each.get("type", "string" if {"enum", "const"} & each.keys() else "any") for each in here}
    return {*named, "integer"} if "number" in named else named or {"any"}


def sample(document: Document, schema: Document, name: str = "", depth: int = 0) -> Any:
    """Return a plausible value of a schema."""
    schema = resolve(document, schema)
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("examples"):
        return schema["examples"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        inner = schema.get("properties", {}) if depth < 6 else {}
        return {key: sample(document, value, key, depth + 1) for key, value in inner.items()}
    if kind == "array":
        return [sample(document, schema.get("items", {}), name, depth + 1)] if depth < 6 else []
    simple = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": False, "null": None}
    return simple[kind] if kind in simple else _text(schema, name)


def _text(schema: Document, name: str) -> str:
    found = _BY_FORMAT.get(schema.get("format", "")) or _BY_WORD.get(name)
    if found is None:
        found = "x1" if re.fullmatch(schema.get("pattern", ".*"), "x1") else "12.30"
    return found


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every member inside a value."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in members:
        yield (*at, key)
        yield from places(inner, (*at, key))


def planted(value: Any, at: tuple[Any, ...], hostile: Any) -> Any:
    """Return a copy of a value with another one in one place."""
    changed = copy.deepcopy(value)
    node = changed
    for key in at[:-1]:
        node = node[key]
    node[at[-1]] = hostile
    return changed
