"""Who is asking: principals, and the short-lived tokens in which processes vouch for them."""

import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import Depends
from starlette.requests import Request

from shared.errors import Forbidden, Unauthenticated

HEADER = "x-guanxi-identity"
AUDIENCE = "guanxi"
PUBLIC, AUTHENTICATED = "public", "authenticated"
GATEWAY = "gateway"
LIFETIME_S, REUSE_S, CACHE = 90, 30, 10_000


class Visibility(StrEnum):
    """Which records a principal sees."""

    ALL = "all"
    DEPARTMENT = "department"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: `id` owns records, `source` names the system that writes.

    Without `personal`, personal data is masked: read as null, and neither written nor filtered by.
    """

    id: str
    scopes: frozenset[str]
    visibility: Visibility = Visibility.ALL
    department: str | None = None
    source: str = "api"
    personal: bool = True
    service: bool = False

    @property
    def rights(self) -> bytes:
        """Return 8 bytes that stand for what this principal sees: kept answers are for these rights only."""
        seen = f"{self.visibility} {self.department} {self.personal}"
        return hashlib.sha256(seen.encode()).digest()[:8]

    def may(self, scope: str) -> bool:
        """Whether the scope, or all scopes, were granted."""
        return scope in self.scopes or "*" in self.scopes

    @classmethod
    def of_service(cls, name: str, *scopes: str) -> "Principal":
        """Return the principal as which a service asks its peers; its scopes must be reads or the feed."""
        return cls(f"service:{name}", frozenset(scopes), source=name, service=True)


class Signer:
    """Signs what its process vouches for: the gateway for anybody, a service for itself only."""

    def __init__(self, issuer: str, key: Ed25519PrivateKey) -> None:
        self._issuer, self._key = issuer, key
        self._tokens: dict[Principal, tuple[str, float]] = {}

    @classmethod
    def load(cls, keys: Path, issuer: str) -> "Signer":
        """Read the private key `<issuer>.pem` from the folder of keys."""
        key = load_pem_private_key((keys / f"{issuer}.pem").read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{issuer}.pem holds no Ed25519 key")
        return cls(issuer, key)

    def token(self, principal: Principal) -> str:
        """Return a token for the principal, the same one for half a minute."""
        now = time.time()
        kept = self._tokens.get(principal)
        if kept is not None and now < kept[1]:
            return kept[0]
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": principal.id,
            "scp": sorted(principal.scopes),
            "vis": principal.visibility,
            "dep": principal.department,
            "src": principal.source,
            "per": principal.personal,
            "iat": int(now),
            "exp": int(now) + LIFETIME_S,
        }
        token = jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._issuer})
        if len(self._tokens) >= CACHE:
            self._tokens.clear()
        self._tokens[principal] = (token, now + REUSE_S)
        return token


class Verifier:
    """Checks tokens against the trusted public keys; remembers the good ones until they expire."""

    def __init__(self, trusted: Mapping[str, Ed25519PublicKey]) -> None:
        self._trusted = trusted
        self._seen: dict[str, tuple[Principal, float]] = {}

    @classmethod
    def load(cls, keys: Path) -> "Verifier":
        """Read the public keys from `trusted.json`, a JWKS whose key ids are the issuers."""
        found = json.loads((keys / "trusted.json").read_bytes())["keys"]
        algorithm = jwt.algorithms.OKPAlgorithm
        return cls({key["kid"]: algorithm.from_jwk(key) for key in found})  # type: ignore[misc]  # public keys only

    def principal(self, headers: Mapping[str, str]) -> Principal:
        """Return who the headers speak for; Unauthenticated when nobody trusted says so."""
        token = headers.get(HEADER)
        if token is None:
            raise Unauthenticated("This service answers only requests that the gateway has signed.")
        seen = self._seen.get(token)
        if seen is not None and time.time() < seen[1]:
            return seen[0]
        principal, expires = self._verify(token)
        if len(self._seen) >= CACHE:
            self._seen.clear()
        self._seen[token] = (principal, expires)
        return principal

    def _verify(self, token: str) -> tuple[Principal, float]:
        try:
            issuer = str(jwt.get_unverified_header(token).get("kid"))
            key = self._trusted[issuer]
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=issuer,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
            principal = _principal(issuer, claims)
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError) as problem:
            raise Unauthenticated("The identity token is not valid.") from problem
        return principal, float(claims["exp"])


def _principal(issuer: str, claims: Mapping[str, Any]) -> Principal:
    service = issuer != GATEWAY
    scopes = frozenset(claims["scp"])
    if service and (claims["sub"] != f"service:{issuer}" or not all(s.endswith(":read") for s in scopes)):
        raise ValueError("a service vouches for nobody but itself, and only reads")
    return Principal(
        claims["sub"],
        scopes,
        Visibility(claims["vis"]),
        claims["dep"],
        str(claims["src"]),
        personal=claims["per"] is True,
        service=service,
    )


def allow(scope: str) -> Any:  # noqa: ANN401 - FastAPI's Depends is typed Any
    """Declare a route's policy: the scope that its caller needs, or AUTHENTICATED, or PUBLIC.

    Gives the route its principal.
    """
    policy: Callable[[Request], Awaitable[Principal]] = _anybody if scope == PUBLIC else _holder(scope)
    return Depends(policy)


async def _anybody(_: Request) -> Principal:
    return Principal("anybody", frozenset())


_anybody.__dict__["policy"] = PUBLIC


def _holder(scope: str) -> Callable[[Request], Awaitable[Principal]]:
    async def holder(request: Request) -> Principal:
        principal: Principal = request.app.state.core.verifier.principal(request.headers)
        if scope != AUTHENTICATED and not principal.may(scope):
            raise Forbidden(f"This needs the scope {scope}.")
        return principal

    holder.__dict__["policy"] = scope
    return holder
