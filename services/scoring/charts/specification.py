"""Owns what `include=chart` is, and the frame of a Vega-Lite specification. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query
from pydantic import ConfigDict, Field

from shared.schemas import Read

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
Row = Mapping[str, str | float | None]


class Inclusion(StrEnum):
    """What an answer holds on request."""

    CHART = "chart"


Included = Annotated[
    Inclusion | None, Query(description="`chart` adds a Vega-Lite specification of the picture.")
]


class ChartData(Read):
    """The rows that are drawn."""

    values: list[dict[str, str | float | None]]


class Chart(Read):
    """A whole Vega-Lite 5 specification, its data within: hand it to vega-embed as it is."""

    model_config = ConfigDict(extra="allow", title="Chart")

    schema_: str = Field(alias="$schema", examples=[SCHEMA])
    title: str
    data: ChartData


def chart(title: str, rows: Sequence[Row], **drawing: Any) -> dict[str, Any]:  # noqa: ANN401 - Vega-Lite's own words
    """Return a specification of `rows`; `drawing` is the rest of it: mark, encoding, layer, transform, width.

    Vega-Lite specification, https://vega.github.io/vega-lite/docs/spec.html
    """
    return {"$schema": SCHEMA, "title": title, "data": {"values": list(rows)}, **drawing}


def axis(field: str, kind: str, title: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Return how a field of the rows is shown; `kind` is quantitative, nominal, ordinal or temporal."""
    return {"field": field, "type": kind, "title": title, **more}
