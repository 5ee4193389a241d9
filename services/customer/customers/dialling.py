"""What is dialled of a number, however people and programs write it. Pure."""

import re
from typing import NamedTuple
from unicodedata import category, decimal, normalize
from urllib.parse import unquote

_URI = re.compile(r"\s*(?:tel|callto|fax|sms|sips?):(?://)?", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[\d.()-]+)", re.IGNORECASE)
_PARAMETERS = re.compile(r";(?!\s*ext\b)[a-z-]+=[^;]*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?<=[\d)\s])[\s,;.(-]*"
    r"(?:转|轉|分机|分機|内线|內線|ext(?:ension|n)?\b|ext(?=\d)|доб|anexo|poste|ramal|int(?:erno)?\b|[x#pw]|,+)"
    r"[\s.:#=号號-]*\d{0,7}[\s#)]*$",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\([^)\d]*\)\s*$")
_BEFORE = re.compile(r"^[^\d+(]*(?:\([^\d+]*)?")  # whatever stands before the number: "Tel.", 电话
_TWICE_ABROAD = re.compile(r"^\(?\+[\s().-]*00")
_DIGIT_OR_PLUS = re.compile(r"[\d+]")


class Dialled(NamedTuple):
    """A number in ASCII as it is dialled, and whether an extension stood behind it."""

    text: str
    extension: bool


def dialled(written: str) -> Dialled:
    """Return what is dialled of a number; an empty text where there is no digit.

    Digits of all scripts are read, in any width. Left out are invisible characters, what makes it a URI
    ("tel:", ";phone-context="), words before the number and remarks behind it. Letters for digits stay.
    """
    text = "".join(map(_plain, normalize("NFKC", written)))
    text = _of_uri(text) if _URI.match(text) else text
    text = _REMARK.sub("", text)
    text, extensions = _EXTENSION.subn("", text)
    text = _BEFORE.sub("", text)
    text = text.encode("ascii", "replace").partition(b"?")[0].decode()  # a remark behind it
    text = _TWICE_ABROAD.sub("+", text).strip()
    return Dialled(text if _DIGIT_OR_PLUS.search(text) else "", bool(extensions))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    kind = category(character)
    if kind == "Nd":
        return str(decimal(character))
    if kind == "Cf":
        return ""
    return {"Pd": "-", "Zs": " ", "Ps": "(", "Pe": ")", "Sm": "-"}.get(kind, character)


def _of_uri(text: str) -> str:
    """Return the number in a URI: RFC 3966's with its context, or the user of a SIP address."""
    number = unquote(_URI.sub("", text, count=1)).partition("@")[0]
    context = _CONTEXT.search(number)
    number = _PARAMETERS.sub("", number)
    return number if context is None or number.startswith("+") else context[1] + number
