"""Splink on the same records: runs in an environment of its own, and knows nothing of our code.

Usage: python splink_side.py <records.json>. Set up as its documentation recommends: cleaned columns,
comparisons from its library with term frequencies, u from random pairs, m by EM over several rules.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

RULES = (
    ("phone",),
    ("email",),
    ("tax_id",),
    ("name",),
    ("street",),
    ("birthday", "city"),
    ("family", "birthday"),
)
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def settings() -> SettingsCreator:
    """Return the model."""
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("name").configure(term_frequency_adjustments=True),
            cl.ExactMatch("family").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("phone", 1).configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
            cl.LevenshteinAtThresholds("street", 2).configure(term_frequency_adjustments=True),
            cl.ExactMatch("postal_code").configure(term_frequency_adjustments=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birthday", input_is_string=True),
            cl.ExactMatch("tax_id"),
            cl.ExactMatch("kind"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES],
    )


def found(records: list[dict[str, Any]], truth: set[tuple[int, int]]) -> dict[str, Any]:
    """Return precision and recall at each threshold, and the seconds that it took."""
    began = time.perf_counter()
    linker = Linker(pd.DataFrame(records), settings(), DuckDBAPI(), set_up_basic_logging=False)
    rules = [block_on("name"), block_on("phone"), block_on("email"), block_on("tax_id")]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=7)
    for rule in ("phone", "email", "name"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(rule))
    frame = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    seconds = time.perf_counter() - began
    columns = ("unique_id_l", "unique_id_r", "match_probability")
    pairs = [(min(a, b), max(a, b), p) for a, b, p in zip(*(frame[name] for name in columns), strict=True)]
    rows = []
    for threshold in THRESHOLDS:
        taken = {(a, b) for a, b, p in pairs if p >= threshold}
        right = len(taken & truth)
        rows.append([threshold, right / max(len(taken), 1), right / len(truth)])
    return {"rows": rows, "seconds": seconds}


def main() -> None:
    """Print what was found of each set of columns, as JSON."""
    given = json.loads(Path(sys.argv[1]).read_text())
    truth = {(a, b) for a, b in given["truth"]}
    print(json.dumps({name: found(records, truth) for name, records in given["sets"].items()}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
