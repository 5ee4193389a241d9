"""A chart is drawn from its own data; one with nothing in it is told from one with something."""

import pytest

from services.scoring.charts.specification import Chart, axis, chart
from tests.services.scoring.charts.rendering import drawn, picture

ROWS = [{"tier": "vip", "value": 7.5}, {"tier": "small", "value": 3.0}, {"tier": "ordinary", "value": 0.0}]
X, Y = axis("tier", "nominal", "Tier"), axis("value", "quantitative", "Value")


def test_a_bar_is_drawn_for_each_row_that_has_a_value() -> None:
    made = chart("Value by tier", ROWS, mark="bar", encoding={"x": X, "y": Y})
    assert drawn(made) == {"rect": 2}
    assert picture(made).startswith(b"\x89PNG")
    assert Chart.model_validate(made).model_dump(by_alias=True) == made


def test_a_chart_of_fields_that_no_row_has_is_empty() -> None:
    made = chart("?", ROWS, mark="bar", encoding={"x": X, "y": axis("valu", "quantitative", "?")})
    assert drawn(made)["rect"] == 0


def test_what_is_no_specification_is_refused() -> None:
    with pytest.raises(ValueError, match="Vega"):
        drawn(chart("?", ROWS, mark="bard", encoding={"x": X}))
