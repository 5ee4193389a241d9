"""Times and days: what is taken is stored, and what could not be shown again is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import pytest
from pydantic import TypeAdapter, ValidationError

from shared.schemas import Day, Instant

INSTANT, DAY = TypeAdapter[datetime](Instant), TypeAdapter[date](Day)


@pytest.fixture
async def connection(postgres: str) -> AsyncIterator[asyncpg.Connection]:
    """A line to the server."""
    line = await asyncpg.connect(postgres)
    yield line
    await line.close()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-03-01T09:30:00+08:00", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:01Z", datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),  # which is the least that Python has, and asyncpg's -infinity
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59.999999Z", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("2026-03-01 09:30:00Z", None),
        ("2026-03-01T09:30:00", None),
        (1772328600, None),
    ],
)
async def test_a_time_is_stored_as_it_was_told(
    connection: asyncpg.Connection, written: object, kept: datetime | None
) -> None:
    if kept is None:
        with pytest.raises(ValidationError):
            INSTANT.validate_python(written)
        return
    assert INSTANT.validate_python(written) == kept
    assert await connection.fetchval("select isfinite($1::timestamptz)", kept)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("0001-01-02", date(1, 1, 2)),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("2026-02-29", None),
        ("20260228", None),
        (20260228, None),
    ],
)
async def test_a_day_is_stored_as_it_was_told(
    connection: asyncpg.Connection, written: object, kept: date | None
) -> None:
    if kept is None:
        with pytest.raises(ValidationError):
            DAY.validate_python(written)
        return
    assert DAY.validate_python(written) == kept
    assert await connection.fetchval("select isfinite($1::date)", kept)
