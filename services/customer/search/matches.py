"""Which form of which field a search met, and why its customer ranks where it does. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from services.customer.keys.key import LONGEST, Key
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys
from services.customer.search.questions import Tier

_TOLD_BY_KEY = frozenset(("folded", "pinyin"))  # a word may be either
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


def match(document: Mapping[str, Any], tiers: Collection[Tier]) -> dict[str, Any] | None:
    """Return how a customer meets the first tier that it meets: field, form, value, score, reason.

    None while its keys are older than what makes them. `document` is as its reader gets it: what is masked in
    it is not told here either.
    """
    asked = any(clause.personal for tier in tiers for clause in tier.clauses) and not document["masked"]
    keys = {False: _by_text(open_keys(document)), True: _by_text(personal_keys(document) if asked else ())}
    for tier in tiers:
        for clause in tier.clauses:
            if key := clause.met(keys[clause.personal]):
                form = key.form if clause.form in _TOLD_BY_KEY else clause.form
                return {**_said(clause.field, form), "value": key.value, "score": tier.score}
    return None


def _said(field: str, form: str) -> dict[str, str]:
    reason = _SAYS.get((field, form)) or _SAYS[form]
    return {"field": field, "form": form, "reason": reason.format(field=field)}


def _by_text(keys: Iterable[Key]) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for key in keys:
        found.setdefault(key.text[:LONGEST], key)
    return found
