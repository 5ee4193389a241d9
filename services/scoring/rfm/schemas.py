"""RFM as callers see it."""

from datetime import date
from uuid import UUID

from services.scoring.charts.specification import Chart
from services.scoring.scores.schemas import Class
from shared.schemas import MoneyRead, Read


class RfmCell(Read):
    """A cell: GET /v1/scores?r=&f=&m= lists its customers. `value` is what they are ranked by."""

    r: Class
    f: Class
    m: Class
    customers: int
    share: float
    value: MoneyRead
    realized: MoneyRead


class RfmReport(Read):
    """The customers that you see by recency (last purchase day), frequency (purchase days) and money.

    A class is 5 - floor(5 x better / n), with `better` the customers strictly above: equals are in one class,
    the better one. All 125 cells, the best first; they add up to `customers`.
    """

    as_of: date | None
    run_id: UUID | None
    customers: int
    cells: list[RfmCell]
    chart: Chart | None
