"""Query parameters of figures, with the house's usual targets as defaults."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.requests import Request

from services.interaction.calls.figures import Asked
from services.interaction.calls.intervals import FigureInterval
from services.interaction.records.parameters import Word
from shared.schemas import Instant
from web.app import core

DAY = timedelta(days=1)
From = Annotated[
    Instant | None, Query(alias="from", description="The first moment; else a day before `until`.")
]
Zone = Annotated[
    str, Query(min_length=1, max_length=50, description="Where a day begins, such as Asia/Shanghai.")
]


async def _time(
    request: Request,
    *,
    from_: From = None,
    until: Annotated[Instant | None, Query(description="The moment after the last; else now.")] = None,
    interval: FigureInterval = FigureInterval.HOUR,
    zone: Zone = "UTC",
) -> dict[str, Any]:
    now = core(request).clock()
    end = until or now
    return {"since": from_ or _before(end), "until": end, "interval": interval, "zone": zone, "now": now}


async def figured(
    time: Annotated[dict[str, Any], Depends(_time)],
    *,
    queue: Word = None,
    threshold: Annotated[float, Query(ge=0, le=3600, description="Seconds: the service level's.")] = 20,
    target: Annotated[float, Query(ge=0, le=1, description="Share: the service level's.")] = 0.8,
    abandoned_after: Annotated[
        float, Query(ge=0, le=600, description="Seconds: who gives up before does not count.")
    ] = 5,
    days: Annotated[
        int, Query(ge=1, le=90, description="Without another call within so many it was solved.")
    ] = 7,
) -> Asked:
    """Return what figures are asked for; Invalid for a time that cannot be told of."""
    rules: dict[str, Any] = {
        "queue": queue,
        "threshold": threshold,
        "target": target,
        "brief": abandoned_after,
        "days": days,
    }
    asked = Asked(**time, **rules)
    asked.check()
    return asked


def _before(end: datetime) -> datetime:
    """Return a day before, or the first day."""
    return end - DAY if end.year > 1 else end
