"""Checking that a payload is from who knows the secret (HMAC, RFC 2104)."""

import base64
import hmac
from collections.abc import Mapping
from enum import StrEnum

from shared.errors import Forbidden

TOLERANCE_S = 300  # of the time in a signature of Standard Webhooks


class BadSignature(Forbidden):
    """A payload is not signed with the secret of its source."""

    code, title = "bad_signature", "The payload is not signed with the source's secret"


class Scheme(StrEnum):
    """What is signed and how it is written; standard is that of standardwebhooks.com, with three headers."""

    SHA256_HEX = "sha256_hex"
    SHA256_BASE64 = "sha256_base64"
    SHA1_HEX = "sha1_hex"
    SHA1_BASE64 = "sha1_base64"
    STANDARD = "standard"


def check(
    scheme: Scheme, secret: str, header: str, headers: Mapping[str, str], *, body: bytes, now: float
) -> None:
    """Raise BadSignature unless a header holds the signature, with or without "sha256=" before it."""
    given = headers.get(header, "")
    if scheme is Scheme.STANDARD:
        good = _standard(secret, headers, body, now)
    else:
        digest = hmac.digest(secret.encode(), body, "sha1" if "sha1" in scheme else "sha256")
        wanted = digest.hex() if scheme.endswith("_hex") else base64.b64encode(digest).decode()
        bare = given.strip().removeprefix("sha256=").removeprefix("sha1=")
        bare = bare.lower() if scheme.endswith("_hex") else bare
        good = hmac.compare_digest(bare.encode(), wanted.encode())
    if not good:
        raise BadSignature


def _standard(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    id_, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (at.isdecimal() and len(at) < 12 and abs(now - int(at)) <= TOLERANCE_S):
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = secret.encode()
    wanted = base64.b64encode(hmac.digest(key, f"{id_}.{at}.".encode() + body, "sha256"))
    given = headers.get("webhook-signature", "").split(" ")[:10]
    signed = [each.removeprefix("v1,").encode() for each in given if each.startswith("v1,")]
    return any(hmac.compare_digest(each, wanted) for each in signed)
