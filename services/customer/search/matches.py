"""Which form of which field a search met, and why its customer ranks where it does. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.customer.keys.key import LONGEST, Key
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys
from services.customer.search.questions import Tier

# By field and form, else by form.
_SAYS = {
    "exact": "It is this {field}, whole.",
    ("name", "exact"): "This is the whole name.",
    "folded": "The name has all these words.",
    "han": "The name has these characters.",
    "pinyin": "The name is read like this.",
    "initials": "The name begins its syllables or words with these letters.",
    "words": "The {field} has all these words.",
    "ends": "The number ends with these digits.",
    "prefix": "The {field} has words that begin like this.",
    ("email", "prefix"): "The address begins like this.",
    ("identity", "prefix"): "The id begins like this.",
    "typo": "The name is one slip of the hand away; nothing else was found.",
}


def match(document: Mapping[str, Any], tier: Tier) -> dict[str, Any]:
    """Return how a customer met a tier: field, form, value, score, reason.

    `document` is as its reader gets it: what is masked in it is not told here either.
    """
    keys = {False: _by_text(open_keys(document)), True: {}}
    if "contact_points" not in document["masked"]:
        keys[True] = _by_text(personal_keys(document))
    for clause in tier.clauses:
        if key := clause.met(keys[clause.personal]):
            said = _SAYS.get((clause.field, clause.form)) or _SAYS[clause.form]
            return {
                "field": clause.field,
                "form": clause.form,
                "value": key.value,
                "score": tier.score,
                "reason": said.format(field=clause.field),
            }
    raise LookupError("the keys of a customer are not those of its document")


def _by_text(keys: Iterable[Key]) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for key in keys:
        found.setdefault(key.text[:LONGEST], key)
    return found
