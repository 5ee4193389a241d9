"""What the gateway adds to the document: who it is, how callers show who they are, and its own answers."""

import re
from typing import Any

from gateway.refusals import BadRequest, BrokenService, SlowBody
from shared.errors import Late, TooLarge, Unavailable, documents
from web.openapi import joined

Document = dict[str, Any]
_BY_THE_DOOR = documents(BadRequest, SlowBody, TooLarge, Unavailable, BrokenService, Late)
DESCRIPTION = (
    "Customers, what passed between you and them, and what they are worth. "
    "Send your key as `Authorization: Bearer <key>`."
)
INFO = {
    "title": "guanxi",
    "version": "1",
    "description": DESCRIPTION,
    "contact": {"name": "guanxi", "url": "https://guanxi.dev"},
}
SERVER = {
    "url": "/",
    "description": "The gateway that serves this document: production, staging or local.",
    "x-internal": False,
}
SECURITY = {"apiKey": {"type": "http", "scheme": "bearer", "description": "A key of an API client."}}
HEADERS: Document = {
    "RateLimit-Policy": {
        "description": "Your quota: `q` requests in `w` seconds. Absent where it is not known who asks.",
        "schema": {
            "type": "string",
            "maxLength": 100,
            "pattern": "^[ -~]+$",
            "examples": ['"client";q=20000;w=10'],
        },
    },
    "RateLimit": {
        "description": "What is left of it, `r` requests, and in how many seconds, `t`, all of it is back.",
        "schema": {
            "type": "string",
            "maxLength": 100,
            "pattern": "^[ -~]+$",
            "examples": ['"client";r=19999;t=1'],
        },
    },
    "Access-Control-Allow-Origin": {
        "description": "The origin of the page that asks, if the operator lets it call.",
        "schema": {"type": "string", "maxLength": 300, "pattern": "^[ -~]+$"},
    },
    "X-Request-Id": {
        "description": "Yours, or one made for this request; it is in the logs.",
        "schema": {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"},
    },
}
_CODE = re.compile(r"`([a-z_]+)`:")
_ON_EVERY_ANSWER = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}


def pass_the_door(operation: Document) -> None:
    """Declare what the gateway adds to every answer, and answers itself."""
    answers = operation["responses"]
    for status, answer in _BY_THE_DOOR.items():
        answers[str(status)] = joined(answers.get(str(status)), answer)
    for answer in answers.values():
        answer["headers"] = {**answer.get("headers", {}), **_ON_EVERY_ANSWER}
    operation["responses"] = dict(sorted(answers.items()))


def share_refusals(operation: Document, shared: Document) -> None:
    """Move an operation's refusals to those that all share, under their status and codes."""
    for status, answer in operation["responses"].items():
        if status >= "400":
            name = ".".join([status, *sorted(_CODE.findall(answer["description"]))])
            shared[name] = answer
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
