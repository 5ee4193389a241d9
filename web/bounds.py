"""What the document says of every value beyond its type: lengths, ranges, and that no NUL is in any text."""

from collections.abc import Iterator
from typing import Any

from shared.errors import REF

Schema = dict[str, Any]
LENGTHS = {"uuid": 36, "date": 10, "date-time": 35, "uri": 2_000}
WITHOUT_NUL, SOME_WITHOUT_NUL = r"^[^\x00]*$", r"^[^\x00]*\S[^\x00]*$"
# True of every answer: no text of JSON is longer, no list, and no number beyond what readers of JSON keep.
LONGEST, MOST, GREATEST = 100_000, 10_000, 2**53 - 1
_INNER = ("items", "additionalProperties", "contains", "not")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")


def bound(document: dict[str, Any]) -> None:
    """Write bounds into every schema: input states its own, what only answers hold gets the greatest."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    sent = _sent(document)
    for name, schema in schemas.items():
        for node in nodes(schema):
            restrict(node, body=name in sent, answer=name not in sent)
            if node is not schema:
                node.pop("title", None)
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _of_parameter(parameter)
        for answer in operation["responses"].values():
            for content in (*answer.get("content", {}).values(), *answer.get("headers", {}).values()):
                for node in nodes(content.get("schema", {})):
                    restrict(node, body=False, answer=True)
                    node.pop("title", None)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every operation."""
    for item in document["paths"].values():
        yield from (member for member in item.values() if isinstance(member, dict) and "responses" in member)


def nodes(schema: object) -> Iterator[Schema]:
    """Yield a schema and all schemas inside it; those that it refers to are not inside."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key in _INNER:
        yield from nodes(schema.get(key))
    for key in _MANY:
        for inner in schema.get(key, ()):
            yield from nodes(inner)
    for key in ("properties", "patternProperties"):
        for inner in schema.get(key, {}).values():
            yield from nodes(inner)


def _sent(document: dict[str, Any]) -> set[str]:
    """Return the names of the schemas that request bodies reach."""
    schemas = document["components"]["schemas"]
    found: set[str] = set()
    left: list[object] = [
        content["schema"]
        for operation in operations(document)
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    while left:
        for node in nodes(left.pop()):
            name = str(node.get("$ref", "")).removeprefix(REF)
            if name in schemas and name not in found:
                found.add(name)
                left.append(schemas[name])
    return found


def restrict(node: Schema, *, body: bool, answer: bool) -> None:
    """Write bounds into one schema, as `bound` does into each of a document."""
    kind = node.get("type")
    if kind == "string" and not {"enum", "const"} & node.keys():
        _bound_text(node, body=body, answer=answer)
    elif kind == "integer" and "enum" not in node:
        if answer:
            node.update({"minimum": -GREATEST, "maximum": GREATEST} | node)
        node.setdefault("format", "int32" if abs(node.get("maximum", GREATEST)) < 2**31 else "int64")
    elif kind == "array" and answer:
        node.setdefault("maxItems", MOST)


def _bound_text(node: Schema, *, body: bool, answer: bool) -> None:
    if node.get("format") in LENGTHS:
        node.setdefault("maxLength", LENGTHS[node["format"]])
    elif "pattern" not in node and "format" not in node:
        stripped = body and node.get("minLength", 0) > 0  # of what is sent, the blanks around it are cut off
        node["pattern"] = SOME_WITHOUT_NUL if stripped else WITHOUT_NUL
    if answer:
        node.setdefault("maxLength", GREATEST if node.get("format") == "binary" else LONGEST)


def _of_parameter(parameter: dict[str, Any]) -> Schema:
    """Return the schema of a parameter, which cannot be null: it is there or it is not."""
    schema: Schema = parameter["schema"]
    options = [option for option in schema.pop("anyOf", ()) if option.get("type") != "null"]
    schema.pop("title", None)
    if len(options) == 1:
        schema = {**options[0], **schema}
    elif options:
        schema["anyOf"] = options
    if schema.pop("x-required", False):
        parameter["required"] = True
    if parameter.get("description"):
        schema.pop("description", None)  # it stands beside the schema already
    for node in nodes(schema):
        restrict(node, body=False, answer=False)
    return schema
