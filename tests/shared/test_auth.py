"""Identity tokens: what is signed comes back, and 12 forgeries do not."""

import base64
import json
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import auth
from shared.auth import HEADER, Principal, Signer, Verifier, Visibility
from shared.errors import Unauthenticated

GATEWAY, WORKER, STRANGER = (Ed25519PrivateKey.generate() for _ in range(3))
TRUSTED = {"gateway": GATEWAY.public_key(), "interaction": WORKER.public_key()}
ANNA = Principal(
    "u-1", frozenset({"things:read", "things:write"}), Visibility.OWN, "east", "erp", personal=False
)


def token(key: Any = GATEWAY, kid: str = "gateway", algorithm: str = "EdDSA", **claims: object) -> str:
    now = int(time.time())
    usual = {"iss": "gateway", "aud": "guanxi", "sub": "u-1", "scp": ["things:read"], "vis": "all"}
    said = {**usual, "dep": None, "src": "api", "per": True, "iat": now, "exp": now + 60, **claims}
    kept = {name: value for name, value in said.items() if value != "absent"}
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": kid})


def unsigned() -> str:
    parts = token().split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "gateway"}).encode()).rstrip(b"=")
    return f"{header.decode()}.{parts[1]}."


def test_a_principal_survives_the_journey_and_the_token_is_reused() -> None:
    signer = Signer("gateway", GATEWAY)
    made = signer.token(ANNA)
    assert Verifier(TRUSTED).principal({HEADER: made}) == ANNA
    assert signer.token(ANNA) is made


def test_a_service_vouches_for_itself() -> None:
    worker = Principal.of_service("interaction", "feed:read")
    assert Verifier(TRUSTED).principal({HEADER: Signer("interaction", WORKER).token(worker)}) == worker


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x.y.z",
        token(STRANGER),
        token(STRANGER, kid="stranger"),
        token(exp=int(time.time()) - 1),
        token(exp="absent"),
        token(aud="other"),
        token(iss="interaction"),
        token(vis="everything"),
        token("k" * 32, algorithm="HS256"),
        unsigned(),
        token(WORKER, kid="interaction", iss="interaction", sub="u-1"),
        token(WORKER, kid="interaction", iss="interaction", sub="service:interaction", scp=["things:write"]),
        token(WORKER, kid="gateway"),
    ],
)
def test_forgeries_are_refused(forged: str) -> None:
    with pytest.raises(Unauthenticated):
        Verifier(TRUSTED).principal({HEADER: forged})


def test_no_token_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        Verifier(TRUSTED).principal({})


def test_a_remembered_token_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier, made = Verifier(TRUSTED), Signer("gateway", GATEWAY).token(ANNA)
    assert verifier.principal({HEADER: made}) == ANNA
    later = time.time() + auth.LIFETIME_S + 1
    monkeypatch.setattr("shared.auth.time.time", lambda: later)
    monkeypatch.setattr("jwt.api_jwt.datetime", _Later)
    with pytest.raises(Unauthenticated):
        verifier.principal({HEADER: made})


class _Later(datetime):
    """The library's clock, two minutes on."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(seconds=auth.LIFETIME_S + 1)
