"""Signing keys for a test session: a folder as `guanxi up` makes it."""

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ISSUERS = ("gateway", "customer", "interaction", "scoring", "sample")


def make_keys(folder: Path) -> Path:
    """Write a private key per issuer and one JWKS of all public keys; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    trusted = []
    for issuer in ISSUERS:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{issuer}.pem").write_bytes(pem)
        public = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
        trusted.append({"kty": "OKP", "crv": "Ed25519", "kid": issuer, "x": public})
    (folder / "trusted.json").write_text(json.dumps({"keys": trusted}))
    return folder
