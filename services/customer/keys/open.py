"""Keys that everybody may search by who sees the customer: names, ids in other systems, tags."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.customer.keys.key import FIRST, NAMED, TAGGED, WHOLE, Key, others, pairs
from services.customer.names.folding import fold, spellings
from services.customer.names.forms import forms_of, transliterated

MOST_JOINED = 3  # words of a name that are also written as one


def open_keys(document: Mapping[str, Any]) -> Iterator[Key]:
    """Yield the keys of a customer's document."""
    yield from name_keys(document["name"], document["given_name"], document["family_name"])
    for identity in document["identities"]:
        yield Key(f"{NAMED}{plain(identity['id'])}", "identity", "exact", identity["id"])
    for tag in document["tags"]:
        yield Key(f"{TAGGED}{fold(tag)}", "tag", "exact", tag)


def name_keys(name: str, given: str | None, family: str | None) -> Iterator[Key]:
    """Yield the keys of a name."""
    forms = forms_of(name, given, family)
    for whole in (forms.folded, forms.core):
        yield Key(f"{WHOLE}{whole}", "name", "exact", name)
    for word in (*(word for each in forms.words for word in others(each)), *forms.latin):
        yield Key(word, "name", "folded", name)
    for part in (*forms.han, *pairs(forms.han)):
        yield Key(part, "name", "han", name)
    for reading in (*forms.pinyin, *forms.turned):
        yield Key(reading, "name", "pinyin", name)
    for joined in () if forms.han else _joined(name):
        yield Key(joined, "name", "folded", name)
    for initials in forms.initials:
        yield Key(f"{FIRST}{initials}", "name", "initials", name)


def _joined(name: str) -> Iterator[str]:
    """Yield a name of few words without its spaces, the last word last and first: "zhangwei", "weizhang"."""
    for spelling in spellings(name):
        words = transliterated(spelling).split()
        if 1 < len(words) <= MOST_JOINED:
            yield from ("".join(words), "".join((*words[-1:], *words[:-1])))


def plain(written: str) -> str:
    """Return an id as it is compared: without spaces and case."""
    return "".join(written.split()).casefold()
