"""Reading a body that is a message itself or JSON, and saying both in the document."""

import base64
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request

from shared.errors import Invalid, UnsupportedMediaType
from web.bodies import JSON, MISSING, read_json
from web.bounds import nodes, restrict
from web.hot import MISSED
from web.refusals import invalid, shapes_of

Given = TypeVar("Given", bound=BaseModel)
BINARY = {"type": "string", "format": "binary"}
MOST = 8 << 20  # bytes of a body, if no setting says else
EXAMPLE = "From a@b.example Mon Mar  2 09:30:00 2026\nFrom: a@b.example\n\nHello\n"


def media_of(request: Request) -> str:
    """Return the media type of a body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def raw_of(request: Request, media: frozenset[str]) -> bytes | None:
    """Return the body if it is of one of the types, None if it is JSON; 415 for any other."""
    given = media_of(request)
    if given not in media | JSON:
        raise UnsupportedMediaType(f"This route reads {' or '.join(sorted(media | JSON))}.")
    if given in JSON:
        return None
    raw = await request.body()
    if not raw:
        raise invalid([{**MISSED, "loc": ("body",), "msg": "A body is required"}], MISSING, list)
    return raw


async def json_of(request: Request, model: type[Given]) -> Given:
    """Return the JSON body as a model; Invalid names what is wrong with it."""
    body = await read_json(request, JSON)
    if body is MISSING:
        raise invalid([{**MISSED, "loc": ("body",), "msg": "A body is required"}], body, list)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        placed = [{**each, "loc": ("body", *each["loc"])} for each in found]
        raise invalid(placed, body, lambda: shapes_of(TypeAdapter(model))) from None


def unpacked(text: str) -> bytes:
    """Return what base64 says; Invalid if it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # binascii's own, or of what is no ASCII
        detail = "Must be base64 (RFC 4648, 4)."
        raise Invalid(detail, errors=[{"pointer": "/raw", "code": "bad_base64", "detail": detail}]) from None


def either(media: frozenset[str], model: type[BaseModel]) -> dict[str, Any]:
    """Describe a body that is of one of the types or JSON, for `openapi_extra`."""
    shown = {**BINARY, "maxLength": MOST, "examples": [EXAMPLE]}
    content: dict[str, Any] = {each: {"schema": shown} for each in sorted(media)}
    schema = model.model_json_schema()
    whole = _whole(schema, schema.pop("$defs", {}))
    for node in nodes(whole):
        restrict(node, body=True, answer=False)
    content["application/json"] = {"schema": whole}
    return {"requestBody": {"required": True, "content": content}}


def _whole(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Put definitions where they are referred to: the document keeps those of whole models only."""
    if isinstance(node, list):
        return [_whole(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _whole(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {key: _whole(each, definitions) for key, each in node.items()}
