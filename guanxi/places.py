"""Where things live on this machine; owns folders that the right users can reach and sockets can name."""

import hashlib
import os
import pwd
import re
import stat
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 107  # bytes of sockaddr_un.sun_path without its closing NUL (Linux; 103 elsewhere)
PLAIN = re.compile(r"[A-Za-z0-9._/~+@-]+")
LONGEST_SOCKET_NAME = len("/.s.PGSQL.65535.lock")
HIDDEN_HOMES = Path("/var/lib/guanxi")
SHORT_PLACES = Path("/tmp")  # noqa: S108 - the one short path everywhere; folders in it are 0700 and checked


class PlaceError(RuntimeError):
    """A folder cannot be used; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the database server runs as; uid -1 means as ourselves."""

    uid: int
    gid: int

    @classmethod
    def for_server(cls) -> "Account":
        """Postgres refuses to run as root: then it runs as GUANXI_POSTGRES_USER (default nobody)."""
        if os.getuid() != 0:
            return cls(-1, -1)
        name = os.environ.get("GUANXI_POSTGRES_USER", "nobody")
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            message = f"No user {name!r} for the database server; name one in GUANXI_POSTGRES_USER."
            raise PlaceError(message) from None
        return cls(entry.pw_uid, entry.pw_gid)

    @property
    def changes(self) -> bool:
        """Whether the server's user is another than ours."""
        return self.uid >= 0


def token(path: Path) -> str:
    """Name a folder's address in 12 letters that hold in any path."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def open_to_others(path: Path) -> bool:
    """Tell whether any user can enter a folder: each folder on the way lets others through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.resolve().parents))


def server_folder(home: Path, account: Account) -> Path:
    """Choose where server and data live: inside the home, or under /var/lib when its user cannot enter.

    The choice is remembered in the home, so that a later change of rights does not lose the data.
    """
    inside, remembered = home / "postgres", home / "postgres.location"
    if remembered.exists():
        return Path(remembered.read_text().strip())
    if inside.exists() or not account.changes or open_to_others(home):
        return inside
    elsewhere = HIDDEN_HOMES / token(home)
    if elsewhere.exists():  # of a home that was deleted (git clean): the passwords are gone with its secrets
        elsewhere.rename(_free(elsewhere))
    for folder in (HIDDEN_HOMES, elsewhere):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
    remembered.write_text(f"{elsewhere}\n")
    return elsewhere


def _free(path: Path) -> Path:
    """Find a name beside a folder that must make room; what was in it is kept."""
    number = 1
    while (candidate := path.with_name(f"{path.name}.old{number}")).exists():
        number += 1
    return candidate


def own(folder: Path, account: Account, mode: int = 0o700) -> Path:
    """Make a folder that is the account's."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if account.changes:
        os.chown(folder, account.uid, account.gid)
    return folder


def give(file: Path, content: str, account: Account) -> Path:
    """Write a file that only the account reads."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content)
        if account.changes:
            os.fchown(opened.fileno(), account.uid, account.gid)
    return file


def socket_folder(wanted: Path, account: Account) -> Path:
    """Answer the folder itself, or a private stand-in with a short, plain name.

    A socket's path may be too long, or hold what a database URL cannot say (a comma parts hosts there).
    """
    fits = len(os.fsencode(wanted)) + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT
    if fits and PLAIN.fullmatch(str(wanted)):
        return own(wanted, account)
    short = SHORT_PLACES / f"guanxi-{token(wanted)}"
    try:
        short.mkdir(mode=0o700)
    except FileExistsError:
        _distrust(short, account)
    return own(short, account)


def _distrust(folder: Path, account: Account) -> None:
    """Refuse a folder in a public place that somebody else made."""
    found = folder.lstat()
    trusted = {os.getuid(), account.uid}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted or found.st_mode & 0o077:
        message = f"{folder} exists and is not ours alone; remove it, or set GUANXI_HOME to a shorter path."
        raise PlaceError(message)
