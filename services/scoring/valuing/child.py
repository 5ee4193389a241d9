"""What a run computes, in a process of its own."""

from dataclasses import asdict
from typing import Any

from services.scoring.apart.process import Arrays, ComputingError, KilledError, apart
from services.scoring.estimators.histogram import Ints
from services.scoring.states.history import History
from services.scoring.valuing.computing import Order, Outcome, compute


async def compute_apart(order: Order, learned: History, scored: History, *codes: Ints) -> Outcome:
    """Return what `compute` returns; the process is killed when the caller is cancelled."""
    same = learned is scored  # sent once: a million histories are a hundred megabytes
    head = {"order": asdict(order), "codes": len(codes)}
    told, (rows,) = await apart(__name__, head, *((scored,) if same else (scored, learned)), *codes)
    return Outcome(rows=rows, **told)


def work(head: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """Compute once; arrays are the histories to score, to learn from where these are others, and codes."""
    histories, codes = arrays[: len(arrays) - head["codes"]], arrays[len(arrays) - head["codes"] :]
    found = compute(Order(**head["order"]), histories[-1], histories[0], *codes)
    return {name: getattr(found, name) for name in Outcome.__slots__ if name != "rows"}, [found.rows]


__all__ = ["ComputingError", "KilledError", "compute_apart", "work"]
