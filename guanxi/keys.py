"""The Ed25519 pairs with which processes vouch for callers; owns the folder that each process reads."""

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

from guanxi.secrets import Secrets

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def key_folders(home: Path, issuers: tuple[str, ...]) -> dict[str, Path]:
    """Answer each issuer's folder: its own `<issuer>.pem`, and everyone's public keys in `trusted.json`."""
    secrets = Secrets(home)
    folders = {issuer: secrets.folder / "keys" / issuer for issuer in issuers}
    files = [
        folder / name for issuer, folder in folders.items() for name in (f"{issuer}.pem", "trusted.json")
    ]
    if not all(file.exists() for file in files):
        _complete(secrets, issuers)
    return folders


def _complete(secrets: Secrets, issuers: tuple[str, ...]) -> None:
    """Generate the pairs that are missing and tell everyone the public halves."""
    pairs = {issuer: _pair(secrets, issuer) for issuer in issuers}
    trusted = json.dumps({"keys": [_public(issuer, key) for issuer, key in pairs.items()]}, indent=1)
    for issuer in issuers:
        secrets.replace(f"keys/{issuer}/trusted.json", trusted.encode())


def _pair(secrets: Secrets, issuer: str) -> "Ed25519PrivateKey":
    # Imported here: the second run needs no cryptography, and its import takes longer than all the rest.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    def generate() -> bytes:
        return Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    pem = secrets.content(f"keys/{issuer}/{issuer}.pem", generate)
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{secrets.folder}/keys/{issuer}/{issuer}.pem holds no Ed25519 key."
        raise TypeError(message)
    return key


def _public(issuer: str, key: "Ed25519PrivateKey") -> dict[str, str]:
    """Describe the public half as a JSON Web Key (RFC 8037) whose id is the issuer."""
    raw = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": issuer, "x": raw}
