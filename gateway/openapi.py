"""One OpenAPI document out of those of all services: pure, over parsed documents."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.declared import HEADERS, INFO, SECURITY, SERVER, Document, pass_the_door, share_refusals
from gateway.routing import OWN, owner_of
from shared.errors import REF


def merge(documents: Mapping[str, Document], missing: Iterable[str]) -> Document:
    """Return the whole document; `x-missing` names the services that it lacks, `x-conflicts` renamed schemas.

    Only paths that the gateway routes to a service are taken from it, and only schemas that these reach.
    Schemas of one name that are identical are one; of two that differ the later gets its service's name.
    """
    merged: Document = {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [SERVER],
        "security": [{name: []} for name in SECURITY],
        "tags": [],
        "paths": {},
        "components": {"schemas": {}, "responses": {}, "headers": HEADERS, "securitySchemes": SECURITY},
    }
    conflicts: list[str] = []
    for service in sorted(documents, key=lambda name: (name == OWN, name)):
        conflicts += _add(merged, service, copy.deepcopy(documents[service]))
    schemas = merged["components"]["schemas"]
    for node in _objects(merged):
        name = node.pop("x-schema", None)
        if name in schemas:
            whole: Document = {"$ref": REF + name}
            node.update({"anyOf": [whole, {"type": "null"}]} if "anyOf" in node else whole)
            for told in ("type", "additionalProperties"):
                node.pop(told, None)
    for _, operation in operations(merged):
        pass_the_door(operation)
        share_refusals(operation, merged["components"]["responses"])
    tags = {tag for _, operation in operations(merged) for tag in operation.get("tags", ())}
    merged["tags"] = [{"name": tag} for tag in sorted(tags)]
    if absent := sorted(missing):
        merged["x-missing"] = absent
    if conflicts:
        merged["x-conflicts"] = sorted(conflicts)
    return merged


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield (path, operation)."""
    for path, item in document["paths"].items():
        for member in item.values():
            if isinstance(member, dict) and "responses" in member:
                yield path, member


def _add(merged: Document, service: str, document: Document) -> list[str]:
    paths = {path: item for path, item in document["paths"].items() if owner_of(path) == service}
    schemas = document.get("components", {}).get("schemas", {})
    reached = _reached(paths, schemas)
    known = merged["components"]["schemas"]
    differ = {name for name in reached if known.get(name, schemas[name]) != schemas[name]}
    renamed = {
        name: service.capitalize() + name
        for name in reached
        if name in differ or _reached(schemas[name], schemas) & differ  # also what holds a renamed one
    }
    for node in _objects([paths, *(schemas[name] for name in reached)]):
        name = str(node.get("$ref", "")).removeprefix(REF)
        if name in renamed:
            node["$ref"] = REF + renamed[name]
    known.update({renamed.get(name, name): schemas[name] for name in sorted(reached)})
    taken = {operation.get("operationId") for _, operation in operations(merged)}
    for _, operation in operations({"paths": paths}):
        if operation.get("operationId") in taken:
            operation["operationId"] = f"{service}_{operation['operationId']}"
    merged["paths"].update(paths)
    return [f"{name} of {service}" for name in differ]


def _reached(start: object, schemas: Mapping[str, Any]) -> set[str]:
    """Return the names of the schemas that can be reached through references."""
    found: set[str] = set()
    left = [start]
    while left:
        for node in _objects(left.pop()):
            name = str(node.get("$ref", "")).removeprefix(REF)
            if name in schemas and name not in found:
                found.add(name)
                left.append(schemas[name])
    return found


def _objects(node: object) -> Iterator[Document]:
    if isinstance(node, dict):
        yield node
        for inner in list(node.values()):
            yield from _objects(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _objects(inner)
