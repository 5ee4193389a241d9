"""What the gateway alone is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`origins` may call from a browser ("*" for any; none by default); `answer_ms` is a service's time."""

    origins: frozenset[str] = frozenset()
    answer_ms: int = 30_000
    max_body: int = 8 << 20

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ, *, max_body: int = 8 << 20) -> "Door":
        """Read GUANXI_CORS_ORIGINS (comma-separated, exact) and GUANXI_ANSWER_MS."""
        origins = frozenset(filter(None, map(str.strip, environ.get("GUANXI_CORS_ORIGINS", "").split(","))))
        answer_ms = environ.get("GUANXI_ANSWER_MS") or "30000"
        if not answer_ms.isdecimal() or int(answer_ms) < 1:
            raise SettingsError("GUANXI_ANSWER_MS is not a positive integer")
        return cls(origins=origins, answer_ms=int(answer_ms), max_body=max_body)
