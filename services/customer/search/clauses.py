"""Clauses: which keys a customer must have to be found in one way, and how Postgres is asked for them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from services.customer.keys.key import LONGEST, Key, quoted

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One way to be found: for each part there is a key that is one of its words, or `begins` with one.

    `field` and `form` say what a hit tells; `personal` clauses ask for keys of personal data.
    """

    field: str
    form: str
    parts: tuple[Words, ...]
    begins: bool = False
    personal: bool = False

    @property
    def tsquery(self) -> str:
        """Return the clause as a tsquery's text."""
        return f"({' & '.join(f'({part})' for part in self.words)})"

    @property
    def words(self) -> list[str]:
        """Return the tsqueries of the parts, of which all have to be met."""
        mark = ":*" if self.begins else ""
        return [" | ".join(f"{quoted(word)}{mark}" for word in part) for part in self.parts]

    @property
    def is_dear(self) -> bool:
        """Whether the index has to list all whose keys begin so, for each of several words."""
        return self.begins and len(self.parts) > 1

    def met(self, keys: Mapping[str, Key]) -> Key | None:
        """Return the key that meets the first part, if some key meets each."""
        found = [self._one(part, keys) for part in self.parts]
        return found[0] if all(found) else None

    def among(self, known: Collection[str]) -> "Clause | None":
        """Return the clause with the words that are known; None when a part has none left."""
        parts = tuple(tuple(word for word in part if word in known) for part in self.parts)
        return replace(self, parts=parts) if all(parts) else None

    def _one(self, part: Words, keys: Mapping[str, Key]) -> Key | None:
        if self.begins:
            return next((key for text, key in keys.items() if text.startswith(part)), None)
        return next((keys[word] for word in part if word in keys), None)


def clause(
    field: str, form: str, words: Iterable[str], *, begins: bool = False, personal: bool = False
) -> Clause:
    """Return the clause of customers that have all the words."""
    parts = tuple((word[:LONGEST],) for word in dict.fromkeys(words) if word)
    return Clause(field, form, parts, begins, personal)


def tsquery(clauses: Iterable[Clause], *, personal: bool) -> str | None:
    """Return what meets any of the clauses that ask for personal keys, or any of the others; None without."""
    found = dict.fromkeys(each.tsquery for each in clauses if each.personal is personal)
    return " | ".join(found) or None
