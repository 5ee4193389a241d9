"""What a process is told by its environment, read once at start-up."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PEER = re.compile(r"GUANXI_(?!(?:\w+_)?DATABASE_URL$)(\w+)_URL")
LEAST_SECRET = 32  # bytes: as long as the digest it keys


class SettingsError(Exception):
    """The environment lacks something or says something impossible; the text names each variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One service's settings; `log` is "json" or "text", `max_body` in bytes, the timeout in milliseconds.

    Changes stay in the feed for `feed_days`.
    """

    service: str
    database_url: str = field(repr=False)
    keys: Path
    secret: bytes = field(repr=False)
    peers: Mapping[str, str] = field(default_factory=dict)
    country: str = "CN"
    currency: str = "CNY"
    pool_size: int = 8
    log: str = "json"
    max_body: int = 8 << 20
    statement_timeout_ms: int = 10_000
    feed_days: int = 90

    @classmethod
    def of(cls, service: str, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment; raises SettingsError naming every variable that is missing or wrong."""
        given = _Environment(environ)
        peers = {found[1].lower(): url for key, url in environ.items() if (found := PEER.fullmatch(key))}
        peers.pop(service, None)
        settings = cls(
            service=service,
            database_url=given.text(f"GUANXI_{service.upper()}_DATABASE_URL"),
            keys=Path(given.text("GUANXI_KEYS")),
            secret=given.secret("GUANXI_SECRET"),
            peers=peers,
            country=given.text("GUANXI_COUNTRY", "CN"),
            currency=given.text("GUANXI_CURRENCY", "CNY"),
            pool_size=given.positive("GUANXI_POOL_SIZE", 8),
            log=given.text("GUANXI_LOG", "json"),
            max_body=given.positive("GUANXI_MAX_BODY", 8 << 20),
            statement_timeout_ms=given.positive("GUANXI_STATEMENT_TIMEOUT_MS", 10_000),
            feed_days=given.positive("GUANXI_FEED_DAYS", 90),
        )
        if given.wrong:
            raise SettingsError("; ".join(given.wrong))
        return settings


class _Environment:
    """Reads variables and collects what is wrong, so that one start names all of it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environ.get(name) or default
        if value is None:
            self.wrong.append(f"{name} is not set")
        return value or ""

    def positive(self, name: str, default: int) -> int:
        value = self.environ.get(name) or str(default)
        if not value.isdecimal() or int(value) < 1:
            self.wrong.append(f"{name} is not a positive integer")
            return default
        return int(value)

    def secret(self, name: str) -> bytes:
        try:
            value = bytes.fromhex(self.text(name))
        except ValueError:
            value = b""
        if len(value) < LEAST_SECRET and self.environ.get(name):
            self.wrong.append(f"{name} is not at least {LEAST_SECRET} bytes in hexadecimal")
        return value
