"""Owns a score before it is stored: one row per customer, with what it is placed by. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring.scores import ranking
from services.scoring.scores.valuation import Model, Prediction, predict
from services.scoring.states.history import History

PREDICTED = (
    "p_alive",
    "purchases_if_alive",
    "spend_per_purchase",
    "margin_rate",
    "p_active",
    "p10",
    "p50",
    "p90",
)
COUNTED, SUMMED = ("first_day", "last_day", "repeat_days"), ("repeat_money", "cost", "costed")
DTYPE = np.dtype(
    [
        ("customer_id", "V16"),
        ("value", ">f8"),
        ("tier", ">i2"),
        ("rank", ">i4"),
        ("purchase_days", ">i4"),
        ("realized", ">f8"),
        ("recency_class", ">i2"),
        ("frequency_class", ">i2"),
        ("money_class", ">i2"),
        *((name, ">f8") for name in PREDICTED),
        ("coverage", ">f8"),
        ("facts_after", ">i4"),
        *((name, ">i4") for name in COUNTED),
        *((name, ">f8") for name in SUMMED),
        ("parameter_group", ">i2"),
    ]
)
# Of DTYPE: NaN where there is no prediction, rank 0 where there is none yet, days counted from 1970-01-01,
# group 0 for the parameters of everybody.
Rows = NDArray[np.void]


def rows(history: History, model: Model | None, until: int) -> tuple[Rows, Prediction | None]:
    """Return rows with everything but their places, and the prediction when there is a model.

    Without one, what was realized is the value that customers are ranked by.
    """
    found = np.zeros(len(history), DTYPE)
    found["customer_id"], found["purchase_days"] = history["customer_id"], history["days"]
    found["realized"], found["facts_after"] = history["money"], history["facts_after"]
    found["coverage"] = history["priced_orders"] / history["orders"]
    found["parameter_group"] = history["group"]
    for name in (*COUNTED, *SUMMED):
        found[name] = history[name]
    for name in PREDICTED:
        found[name] = np.nan
    if model is None:
        found["value"] = history["money"]
        return found, None
    prediction = predict(model, history, until)
    for name in (
        PREDICTED if model.margin_rate is not None else (name for name in PREDICTED if name != "margin_rate")
    ):
        found[name] = getattr(prediction, name)
    found["value"] = prediction.value
    return found, prediction


def place(found: Rows, history: History) -> ranking.Cuts:
    """Give each row of a whole base its rank, tier and classes; return the limits between them."""
    value, key = found["value"].astype(np.float64), _keys(found)
    found["rank"] = ranking.ranks(value, key)
    found["tier"] = ranking.tiers(found["rank"])
    metrics = _metrics(history)
    for name, metric in zip(("recency_class", "frequency_class", "money_class"), metrics, strict=True):
        found[name] = ranking.classes(metric)
    return ranking.Cuts.of(value, key, *metrics)


def place_among(found: Rows, history: History, cuts: ranking.Cuts) -> None:
    """Give single rows the tier and classes that they have among the customers of an earlier run."""
    found["tier"] = cuts.tier(found["value"].astype(np.float64), _keys(found))
    classes = cuts.rfm(*_metrics(history))
    found["recency_class"], found["frequency_class"], found["money_class"] = classes


def _keys(found: Rows) -> NDArray[np.str_]:
    """Return the ids in hexadecimal: numpy neither sorts bytes nor keeps their trailing zeros."""
    return np.array([id_.tobytes().hex() for id_ in found["customer_id"]], "U32")


def _metrics(history: History) -> tuple[Any, Any, Any]:
    recency, frequency, money = (history[name].astype(np.float64) for name in ("last_day", "days", "money"))
    return recency, frequency, money
