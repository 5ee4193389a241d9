"""The intervals that figures are told for."""

from enum import StrEnum


class FigureInterval(StrEnum):
    """How long an interval is; `whole` is all of the time that is asked for."""

    QUARTER_HOUR = "15min"
    HALF_HOUR = "30min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WHOLE = "whole"
