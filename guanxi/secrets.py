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
        return self._word("postgres-owner", lambda: word(40))

    @property
    def roles_secret(self) -> str:
        """What the roles' passwords are derived from where the owner has no password."""
        return self._word("roles-secret", lambda: word(40))

    @property
    def cursor_secret(self) -> str:
        """32 bytes in hexadecimal; sign page cursors."""
        return self._word("cursor-secret", lambda: secrets.token_hex(32))

    @property
    def development_key(self) -> str:
        """The API key that `guanxi up` prints."""
        return self._word("development-key", lambda: f"gx_{word(40)}")

    def _word(self, name: str, generate: Callable[[], str]) -> str:
        return self.content(name, lambda: generate().encode()).decode().strip()

    def content(self, name: str, generate: Callable[[], bytes]) -> bytes:
        """Read a secret; generate and keep it when there is none. Of two generators the first wins."""
        file = self.folder / name
        if not file.exists():
            draft = self._draft(file, generate())
            try:
                os.link(draft, file)
            except FileExistsError:  # another process was faster: its secret it is
                pass
            finally:
                draft.unlink()
        return file.read_bytes()

    def replace(self, name: str, content: bytes) -> None:
        """Write what follows from the secrets, whole or not at all."""
        self._draft(self.folder / name, content).replace(self.folder / name)

    def _draft(self, file: Path, content: bytes) -> Path:
        """Write a file beside its place, on the disk before it gets its name."""
        for folder in (self.folder, *reversed(file.relative_to(self.folder).parents[:-1])):
            made = self.folder / folder
            made.mkdir(parents=True, exist_ok=True)
            made.chmod(0o700)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        return draft


def word(letters: int) -> str:
    """Draw letters and digits; 5.95 bits each."""
    return "".join(secrets.choice(_LETTERS) for _ in range(letters))
