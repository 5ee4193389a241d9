"""Prints what is found of a labelled set: ours with the weights believed and learnt, splink beside it."""

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.matching.finding import find, read
from bench.matching.labelled import Labelled, labelled
from services.customer.duplicates.naming import naming
from services.customer.duplicates.weights import CERTAIN, REVIEW
from services.customer.names.folding import fold

THRESHOLDS = (0.5, 0.6, REVIEW, 0.8, 0.9, CERTAIN, 0.99)
SIDE = Path(__file__).with_name("splink_side.py")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--originals", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splink", type=Path, help="the interpreter of an environment that has splink")
    given = parser.parse_args()
    made = labelled(given.originals, given.seed)
    truth = made.pairs()
    size = f"{len(made.who):,} records of {given.originals:,} customers"
    say(f"{size}, {len(truth):,} pairs are one (seed {given.seed})")
    say(f"{'':44}{'threshold':>10}{'precision':>11}{'recall':>9}{'F1':>8}")
    for name, learnt in (("ours, weights believed", False), ("ours, weights learnt by EM", True)):
        began = time.perf_counter()
        found = find(made, learnt=learnt)
        rows = [(threshold, *found.quality(truth, threshold)) for threshold in THRESHOLDS]
        show(name, rows, time.perf_counter() - began)
    if given.splink:
        for name, told in beside(given.splink, made).items():
            show(name, told["rows"], told["seconds"])


def beside(interpreter: Path, made: Labelled) -> dict[str, Any]:
    """Return what splink finds: with cleaned columns, and with names read in pinyin as we read them."""
    given = {
        "truth": sorted(made.pairs()),
        "sets": {
            "splink, cleaned columns": list(columns(made, spoken=False)),
            "splink, names as our forms spell them": list(columns(made, spoken=True)),
        },
    }
    place = Path("build/matching.json")
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(given))
    done = subprocess.run([interpreter, SIDE, place], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"splink failed: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def columns(made: Labelled, *, spoken: bool) -> Iterator[dict[str, Any]]:
    """Yield each record as a row of texts, null where nothing is known."""
    for index, document in enumerate(made.documents):
        record = read(document)
        name = naming(record.kind, record.name, record.family)
        address = document["addresses"][0] if document["addresses"] else {}
        attributes = document["attributes"]
        family = name.families[0] if spoken and name.families else fold(document["family_name"] or "")
        yield {
            "unique_id": index,
            "kind": record.kind,
            "name": name.sounds[0] if spoken else fold(record.name),
            "family": family or None,
            "phone": record.phones[0] if record.phones else None,
            "email": record.emails[0] if record.emails else None,
            "street": record.lines[0] if record.lines else None,
            "postal_code": address.get("postal_code"),
            "city": address.get("city"),
            "birthday": attributes.get("birthday"),
            "tax_id": attributes.get("tax_id"),
        }


def show(name: str, rows: Any, seconds: float) -> None:  # noqa: ANN401 - threshold, precision, recall
    """Print a block of the table."""
    for threshold, precision, recall in rows:
        both = 2 * precision * recall / max(precision + recall, 1e-9)
        say(f"{name:44}{threshold:>10.2f}{precision:>11.4f}{recall:>9.4f}{both:>8.4f}")
        name = ""
    say(f"{'':44}{seconds:>9.1f}s")


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201 - the answer of a command


if __name__ == "__main__":
    main()
