"""What the document says of streams: their media type, their lines, and how they begin and end."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema
from starlette.responses import Response

from shared.errors import REF
from web.bounds import GREATEST

NDJSON = "application/x-ndjson"
LINES = {"type": "string", "format": "binary", "maxLength": GREATEST}  # no end that one could name
LOADS = (
    "written batch by batch as they come, and answered, when all have come, by the result of each line. "
    "The last line is a StreamCounts: without it the answer was cut. Each row names what it writes, so that "
    "a stream that broke is simply sent again; an Idempotency-Key is not needed, and not looked at."
)
GIVES = "by id. The last line is a StreamEnd: without it the answer was cut, and goes on with `after`."


class Lines(Response):
    """For `response_class`: an answer of lines."""

    media_type = NDJSON


class _EachLine:
    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**LINES, "x-item-schema": handler(schema)}


def lines(line: object) -> dict[int | str, dict[str, Any]]:
    """Describe an answer of lines, of which each is one of these models; for `responses`, beside `Lines`.

    As a `response_model` it would get lost: of an answer that is no JSON, FastAPI looks only at these.
    """
    return {200: {"model": Annotated[line, _EachLine()], "description": "Lines"}}


def lines_of(row: type[BaseModel], shown: ConfigDict | None = None) -> dict[str, Any]:
    """Describe a body of lines, each a row of a batch that the document has; for `openapi_extra`.

    `shown` has another example than the row's own.
    """
    extra: Any = (shown or row.model_config)["json_schema_extra"]
    example = json.dumps(extra["examples"][0], ensure_ascii=False) + "\n"
    lines = {**LINES, "examples": [example], "x-item-schema": {"$ref": REF + row.__name__}}
    return {"x-unkeyed": True, "requestBody": {"required": True, "content": {NDJSON: {"schema": lines}}}}
