"""Secrets: random, kept, closed to others; keys that the services' own code accepts."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from guanxi.keys import key_folders
from guanxi.secrets import Secrets
from shared.auth import HEADER, Principal, Signer, Verifier

ISSUERS = ("customer", "gateway")


def test_each_home_has_its_own_and_keeps_it(tmp_path: Path) -> None:
    one, two = Secrets(tmp_path / "one"), Secrets(tmp_path / "two")
    for name in ("owner_password", "roles_secret", "cursor_secret", "development_key"):
        assert getattr(one, name) == getattr(Secrets(tmp_path / "one"), name) != getattr(two, name)
    assert len(bytes.fromhex(one.cursor_secret)) == 32


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    secrets.content("development-key", lambda: b"x")
    key_folders(tmp_path, ISSUERS)
    for path in secrets.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert secrets.folder.stat().st_mode & 0o077 == 0


def test_of_many_at_once_one_wins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: Secrets(tmp_path).development_key, range(64)))
    assert len(set(drawn)) == 1
    assert [file.name for file in (tmp_path / "secrets").iterdir()] == ["development-key"]


def test_keys_verify_what_their_owner_signed(tmp_path: Path) -> None:
    folders = key_folders(tmp_path, ISSUERS)
    principal = Principal("erika", frozenset({"customers:read"}))
    token = Signer.load(folders["gateway"], "gateway").token(principal)
    assert Verifier.load(folders["customer"]).principal({HEADER: token}).id == "erika"
    assert sorted(file.name for file in folders["customer"].iterdir()) == ["customer.pem", "trusted.json"]


def test_a_new_issuer_is_told_to_everyone_and_old_keys_stay(tmp_path: Path) -> None:
    key_folders(tmp_path, ("customer",))
    before = (tmp_path / "secrets/keys/customer/customer.pem").read_bytes()
    folders = key_folders(tmp_path, ISSUERS)
    assert (folders["customer"] / "customer.pem").read_bytes() == before
    known = {key["kid"] for key in json.loads((folders["customer"] / "trusted.json").read_text())["keys"]}
    assert known == set(ISSUERS)
