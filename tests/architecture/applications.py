"""The real applications, built without a database, for the tests that look at their routes."""

import importlib
import os
from functools import cache
from pathlib import Path
from unittest.mock import patch

from fastapi import FastAPI
from fastapi.routing import APIRoute

PARTS = ("customer", "interaction", "scoring", "gateway")


@cache
def application(name: str) -> FastAPI:
    """Build one part's application; its keys and its database are touched only when it starts."""
    environ = {
        **{f"GUANXI_{part.upper()}_URL": f"unix:/nowhere/{part}.sock" for part in PARTS},
        f"GUANXI_{name.upper()}_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "GUANXI_KEYS": str(Path("/nowhere")),
        "GUANXI_SECRET": "5e" * 32,
    }
    with patch.dict(os.environ, environ):
        module = importlib.import_module("gateway.main" if name == "gateway" else f"services.{name}.main")
        built = module.build()
    app: FastAPI = getattr(built, "own", built)  # the gateway's door stands before its own application
    return app


def routes(name: str) -> list[APIRoute]:
    """Return every route of a part."""
    return [route for route in application(name).routes if isinstance(route, APIRoute)]
