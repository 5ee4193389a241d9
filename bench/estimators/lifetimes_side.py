"""Lifetimes on the same customers: runs in an environment of its own, and knows nothing of our code.

Usage: python lifetimes_side.py <step> <base.npz>; prints one line of JSON, as our own side does.
"""

import json
import re
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
from lifetimes.utils import summary_data_from_transaction_data

FEW = 100_000
Base = dict[str, np.ndarray[Any, Any]]


def histories(base: Base) -> tuple[Any, Any, Any]:
    """Return x, t_x and T in weeks."""
    return base["x"], base["t_x"] / 7, base["age"] / 7


def summary(base: Base) -> object:
    """Summarise transactions as its documentation does."""
    days = pd.to_datetime(base["day"] - 719163, unit="D")
    frame = pd.DataFrame({"customer": base["customer"], "day": days, "amount": base["amount"]})
    return summary_data_from_transaction_data(frame, "customer", "day", "amount", freq="D")


def fit(fitter: BetaGeoFitter, base: Base, most: int | None = None) -> object:
    """Fit an estimator to the first customers, or to all."""
    return fitter.fit(*(part[:most] for part in histories(base)))


def value(base: Base) -> object:
    """Return the discounted value of twelve months, P(alive), and expected purchases, at given parameters."""
    timing, spend = BetaGeoFitter(), GammaGammaFitter()
    timing.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    spend.params_ = pd.Series({"p": 6.25, "q": 3.74, "v": 15.44})
    timing.predict = timing.conditional_expected_number_of_purchases_up_to_time  # as its fit would set it
    x, t_x, age = (pd.Series(part) for part in histories(base))
    money = pd.Series(np.where(base["x"] > 0, base["spend"], 0.0))
    worth = spend.customer_lifetime_value(
        timing, x, t_x, age, money, time=12, discount_rate=0.00797, freq="W"
    )
    return worth, timing.conditional_probability_alive(x, t_x, age)


def gamma(base: Base) -> object:
    """Fit Gamma-Gamma to repeat buyers."""
    known = (base["x"] > 0) & (base["spend"] > 0)
    return GammaGammaFitter().fit(base["x"][known], base["spend"][known])


STEPS = {
    "summary": summary,
    "fit bg_nbd": lambda base: fit(BetaGeoFitter(), base),
    "fit mbg_nbd": lambda base: fit(ModifiedBetaGeoFitter(), base),
    f"fit pareto_nbd of {FEW:,}": lambda base: fit(ParetoNBDFitter(), base, FEW),
    "fit gamma_gamma": gamma,
    "value mbg_nbd": value,
}


def main() -> None:
    """Do one step once."""
    warnings.simplefilter("ignore")
    base = dict(np.load(sys.argv[2]))
    before = peak()
    began, spent = time.perf_counter(), time.process_time()
    STEPS[sys.argv[1]](base)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - spent}
    told = {**took, "megabytes": peak() - before}
    sys.stdout.write(json.dumps(told) + "\n")


def peak() -> float:
    """Return the megabytes this process has held at most; getrusage would tell those of its parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
