"""The fields of a comparison, and the levels at which two customers agree in each."""

from collections.abc import Mapping

# Of each field the levels from the most alike to the most different; MISSING is no level and no evidence.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "same",
        "other_script",
        "same_sound",
        "swapped",
        "variant",
        "typo",
        "initials",
        "family_name",
        "different",
    ),
    "phone": ("same", "one_digit", "different"),
    "email": ("same", "local_part", "different"),
    "account": ("same", "different"),
    "address": ("lines", "postal_code", "city", "different"),
    "number": ("same", "different"),
    "birthday": ("same", "swapped", "close", "different"),
    "kind": ("same", "different"),
}
FIELDS = tuple(LEVELS)
MISSING = -1
WIDEST = max(map(len, LEVELS.values()))


def at(field: str, level: str) -> int:
    """Return the number of a level."""
    return LEVELS[field].index(level)
