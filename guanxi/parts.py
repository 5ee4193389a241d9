"""The parts of the running system, by name only; owns where each one's code and migrations lie."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Part:
    """A deployable: its schema and its peers call it by `name`, Python by `package`."""

    name: str
    package: str

    @property
    def folder(self) -> Path:
        """Where its code is."""
        return ROOT.joinpath(*self.package.split("."))

    @property
    def migrations(self) -> Path:
        """Where its Alembic tree is."""
        return self.folder / "migrations"

    @property
    def has_worker(self) -> bool:
        """Whether it has work beside answering requests."""
        return (self.folder / "worker.py").exists()


GATEWAY = Part("gateway", "gateway")
SERVICES = tuple(Part(name, f"services.{name}") for name in ("customer", "interaction", "scoring"))
PARTS = (*SERVICES, GATEWAY)


def part(name: str) -> Part:
    """Find a part by its name; KeyError when there is none."""
    return {part.name: part for part in PARTS}[name]
