"""Secrets of one installation; owns their generation on the first run, and their files."""

import os
import secrets
import string
from collections.abc import Callable
from pathlib import Path

_LETTERS = string.ascii_letters + string.digits


class Secrets:
    """The folder `<home>/secrets` (0700, files 0600): random, made when first asked for, then kept."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "secrets"

    @property
    def owner_password(self) -> str:
        """The password of the embedded database's owner."""
        return self.text("postgres-owner", lambda: word(40))

    @property
    def cursor_secret(self) -> str:
        """32 bytes in hexadecimal; sign page cursors."""
        return self.text("cursor-secret", lambda: secrets.token_hex(32))

    @property
    def development_key(self) -> str:
        """The API key that `guanxi up` prints."""
        return self.text("development-key", lambda: f"gx_{word(40)}")

    def text(self, name: str, generate: Callable[[], str]) -> str:
        """Read a secret; generate and keep it when there is none."""
        try:
            return (self.folder / name).read_text().strip()
        except FileNotFoundError:
            return self.keep(name, generate().encode()).decode()

    def keep(self, name: str, content: bytes) -> bytes:
        """Write a secret whole or not at all; where another process was faster, answer that one's."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        draft = self.folder / f".{name}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self.folder / name)
        except FileExistsError:
            return (self.folder / name).read_bytes()
        finally:
            draft.unlink()
        return content


def word(letters: int) -> str:
    """Draw letters and digits; 5.95 bits each."""
    return "".join(secrets.choice(_LETTERS) for _ in range(letters))
