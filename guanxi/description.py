"""The OpenAPI document of the whole, from the code alone: no process runs, no database is asked."""

import json
import os
from importlib import import_module

from guanxi.parts import PARTS

NOWHERE = "/nowhere"


def description() -> str:
    """Return the document that the gateway serves when all services are up, indented."""
    os.environ.update(_surroundings())
    applications = {part.name: import_module(f"{part.package}.main").build() for part in PARTS}
    documents = {name: json.loads(each.state.openapi()) for name, each in applications.items()}
    merged = import_module("gateway.openapi").merge(documents, [])
    return json.dumps(merged, indent=2, ensure_ascii=False)


def _surroundings() -> dict[str, str]:
    """Tell each part what it must know to be built; keys and addresses are used only when it starts."""
    names = [part.name.upper() for part in PARTS]
    return {
        "GUANXI_KEYS": NOWHERE,
        "GUANXI_SECRET": "00" * 32,
        **{f"GUANXI_{name}_URL": f"unix:{NOWHERE}" for name in names},
        **{f"GUANXI_{name}_DATABASE_URL": f"postgresql://{NOWHERE}" for name in names},
    }
