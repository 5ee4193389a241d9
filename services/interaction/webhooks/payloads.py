"""Payloads as they come: JSON or a form, whatever they hold."""

from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from services.interaction.mail.charsets import decode
from services.interaction.mail.taking import media_of
from shared.errors import Invalid
from web.bodies import JSON, MISSING, read_json

URLENCODED = "application/x-www-form-urlencoded"
MOST_FIELDS = 500
ANY = {"type": "object", "additionalProperties": True, "examples": [{"id": "m-1", "text": "Hello"}]}
WORD = {
    "type": "string",
    "maxLength": 100_000,
    "pattern": r"^[\s\S]*$",
}  # any text: it is judged when it is mapped
TAKES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ANY},
            URLENCODED: {"schema": {**ANY, "additionalProperties": WORD}},
        },
    }
}


async def payload_of(request: Request) -> Any:  # noqa: ANN401 - any JSON
    """Return what a request carries; of a form, the words of its fields."""
    if media_of(request) != URLENCODED:
        payload = await read_json(request, JSON)
        if payload is MISSING:
            raise Invalid("A body is required.")
        return payload
    pairs = (await request.body()).split(b"&")
    if len(pairs) > MOST_FIELDS:
        raise Invalid(f"A form has at most {MOST_FIELDS} fields.")
    return {_word(name): _word(value) for name, _, value in (pair.partition(b"=") for pair in pairs)}


def _word(raw: bytes) -> str:
    """Return a word of a form: UTF-8, or whatever charset the page was in."""
    return decode(unquote_to_bytes(raw.replace(b"+", b" ")))[0]
