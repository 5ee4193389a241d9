"""Contact points in the form in which they are compared and found."""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from services.customer.customers import emails, phones

DIALLED = frozenset(("phone", "mobile", "fax"))
LONGEST = 320  # as an e-mail address; folding can make a text longer than it was written


def normalized(kind: str, value: str, country: str) -> str | None:
    """Return E.164 for what is dialled, a plain address for e-mail, else folded text; None if it has none."""
    if kind in DIALLED:
        return phones.e164(value, country)
    if kind == "email":
        return emails.plain(value)
    folded = normalize("NFKC", value).casefold()
    return folded if len(folded) <= LONGEST else None


def keys(contact_points: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a customer is found by: "tel:+86...", "mailto:a@b.cn", "wechat:..."; sorted, each once."""
    return sorted(
        {key(point["type"], point["normalized"]) for point in contact_points if point["normalized"]}
    )


def key(kind: str, form: str) -> str:
    """Return the key of one normalized form; phone, mobile and fax share theirs."""
    scheme = "tel" if kind in DIALLED else "mailto" if kind == "email" else kind
    return f"{scheme}:{form}"


def sought(kind: str, value: str, country: str) -> str:
    """Return the key that a written form is looked for by; one that cannot be normalized finds nobody."""
    return key(kind, normalized(kind, value, country) or "")
