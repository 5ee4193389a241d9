"""Reasons: what a score is made of, field by field, without any value of the records."""

from typing import Any

from services.customer.duplicates.comparing import Levels
from services.customer.duplicates.fields import FIELDS, LEVELS, MISSING
from services.customer.duplicates.weights import Scores, prior


def of(levels: Levels, scores: Scores, at: int, records: int) -> list[dict[str, Any]]:
    """Return the parts of one pair's score, in bits; they add up to it.

    `prior`: how rarely two records are one customer at all. `relatives`: what they agree in that relatives
    would as well. The others are fields with the level at which the two agree, where both have them.
    """
    parts = [("prior", "records", prior(records))]
    parts += [
        (field, LEVELS[field][levels[column]], float(scores.fields[at, column]))
        for column, field in enumerate(FIELDS)
        if levels[column] != MISSING
    ]
    parts.append(("relatives", "shared", float(scores.relatives[at])))
    return [{"field": field, "level": level, "weight": round(weight, 3)} for field, level, weight in parts]
