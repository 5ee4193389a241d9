"""What a run computes, in a process of its own."""

from dataclasses import asdict
from typing import Any

from services.scoring.apart.process import Arrays, ComputingError, KilledError, apart
from services.scoring.states.history import History
from services.scoring.valuing.computing import Order, Outcome, compute


async def compute_apart(order: Order, learned: History, scored: History) -> Outcome:
    """Return what `compute` returns; the process is killed when the caller is cancelled."""
    same = learned is scored  # sent once: a million histories are a hundred megabytes
    head, (rows,) = await apart(__name__, asdict(order), *((scored,) if same else (scored, learned)))
    return Outcome(rows=rows, **head)


def work(head: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """Compute once; arrays are the histories to score, and to learn from where these are others."""
    found = compute(Order(**head), arrays[-1], arrays[0])
    return {name: getattr(found, name) for name in Outcome.__slots__ if name != "rows"}, [found.rows]


__all__ = ["ComputingError", "KilledError", "compute_apart", "work"]
