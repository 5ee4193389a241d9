"""The newest migrations of a service, read from its files: Alembic's own import costs more than a start."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
REVISION = re.compile(r"""^(down_)?revision\b[^=]*= *["']([^"']+)["']""", re.MULTILINE)


def heads(service: str) -> set[str]:
    """Return the newest revisions among the migration files of a service; empty when it has none."""
    files = [
        *ROOT.glob(f"services/{service}/migrations/versions/*.py"),
        *ROOT.glob(f"{service}/migrations/versions/*.py"),
    ]
    found = [match for file in files for match in REVISION.findall(file.read_text())]
    return {name for down, name in found if not down} - {name for down, name in found if down}
