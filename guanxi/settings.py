"""What the command line is told by its environment: which home, which port, whose database."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guanxi.parts import ROOT


class SettingsError(ValueError):
    """A variable says something impossible; the text names it."""


@dataclass(frozen=True, slots=True)
class Local:
    """One system on this machine; `database_url` is the owner's and None means the embedded server."""

    home: Path
    host: str
    port: int
    database_url: str | None
    postgres_port: int | None
    environ: Mapping[str, str]

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> "Local":
        """Read GUANXI_HOME, _HOST, _PORT, _DATABASE_URL and _POSTGRES_PORT."""
        return cls(
            home=Path(environ.get("GUANXI_HOME") or ROOT / ".guanxi").resolve(),
            host=environ.get("GUANXI_HOST") or "127.0.0.1",
            port=_port(environ, "GUANXI_PORT") or 8000,
            database_url=environ.get("GUANXI_DATABASE_URL") or None,
            postgres_port=_port(environ, "GUANXI_POSTGRES_PORT"),
            environ=environ,
        )

    @property
    def address(self) -> str:
        """Where people find the gateway."""
        return f"http://{self.host}:{self.port}"


def _port(environ: Mapping[str, str], name: str) -> int | None:
    given = environ.get(name)
    if not given:
        return None
    if not given.isdecimal() or not 0 < int(given) < 65536:
        message = f"{name} is {given!r}; a port is a number from 1 to 65535."
        raise SettingsError(message)
    return int(given)
