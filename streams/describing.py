"""What the document says of streams: their media type, their lines, and how they begin and end."""

import json
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import REF
from web.openapi import LINES, NDJSON

LOADS = (
    "written batch by batch as they come, and answered, when all have come, by the result of each line. "
    "The last line is a StreamCounts: without it the answer was cut. Each row names what it writes, so that "
    "a stream that broke is simply sent again; an Idempotency-Key is not needed, and not looked at."
)
GIVES = "by id. The last line is a StreamEnd: without it the answer was cut, and goes on with `after`."


class Lines(Response):
    """For `response_class`: an answer of lines, of which the response model is one."""

    media_type = NDJSON


def lines_of(row: type[BaseModel]) -> dict[str, Any]:
    """Describe a body of lines, each a row of a batch that the document has; for `openapi_extra`."""
    shown: Any = row.model_config["json_schema_extra"]
    example = json.dumps(shown["examples"][0], ensure_ascii=False) + "\n"
    line = {"schema": {**LINES, "examples": [example]}, "x-item-schema": {"$ref": REF + row.__name__}}
    return {"x-unkeyed": True, "requestBody": {"required": True, "content": {NDJSON: line}}}
