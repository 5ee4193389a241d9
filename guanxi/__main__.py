"""The command `guanxi`; owns its subcommands and their words."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from guanxi.console import say
from guanxi.control import ControlError
from guanxi.parts import PARTS, part
from guanxi.places import PlaceError
from guanxi.postgres import AlreadyRunningError, EmbeddedPostgres, PostgresError
from guanxi.secrets import Secrets
from guanxi.settings import Local, SettingsError

# Each command imports what it needs itself: `guanxi key` shall not wait for uvicorn.
# ruff: noqa: PLC0415


def up(_: argparse.Namespace) -> int:
    """Run the whole system here: database, services, workers, gateway."""
    from guanxi.supervisor import up

    return up(Local.of(), main)


def restart(arguments: argparse.Namespace) -> int:
    """Renew the processes of the running system one after another, all or those named; no request fails."""
    from guanxi.control import ask
    from guanxi.places import Account, socket_folder

    ask(socket_folder(Local.of().home / "run", Account(-1, -1)), arguments.parts)
    return 0


def serve(arguments: argparse.Namespace) -> int:
    """Serve one part over HTTP."""
    from guanxi.serve import serve

    return serve(arguments.part)


def worker(arguments: argparse.Namespace) -> int:
    """Run one part's worker."""
    from guanxi.worker import work

    return work(arguments.part)


def migrate(_: argparse.Namespace) -> int:
    """Bring the database to where the code is."""
    from guanxi.migrate import migrate
    from guanxi.roles import roles

    local = Local.of()
    with database(local) as url:
        migrate(url, roles(url, local.home, local.environ))
    return 0


def revision(arguments: argparse.Namespace) -> int:
    """Write a part's next migration from the difference between its tables and the database."""
    from guanxi.migrate import migrate, revise
    from guanxi.roles import roles

    local = Local.of()
    with database(local) as url:
        migrate(url, roles(url, local.home, local.environ))
        revise(url, part(arguments.part), arguments.message)
    return 0


def key(_: argparse.Namespace) -> int:
    """Print the development key."""
    say(Secrets(Local.of().home).development_key)
    return 0


def demo(_: argparse.Namespace) -> int:
    """Load example purchases through the API and show what they are worth."""
    from guanxi.demo.start import demo

    return demo(Local.of())


def openapi(_: argparse.Namespace) -> int:
    """Print the OpenAPI document; nothing needs to run."""
    from guanxi.description import description

    say(description())
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    command.__name__: command
    for command in (up, restart, migrate, key, demo, openapi, serve, worker, revision)
}


@contextmanager
def database(local: Local) -> Iterator[str]:
    """Give the owner's URL: of GUANXI_DATABASE_URL, of the server that runs, else of one started for now."""
    if local.database_url is not None:
        yield local.database_url
        return
    server = EmbeddedPostgres(local.home)
    try:
        url = server.start()
    except AlreadyRunningError:
        url = server.dsn
    try:
        yield url
    finally:
        server.stop()


def parser() -> argparse.ArgumentParser:
    """Describe the commands by their docstrings."""
    top = argparse.ArgumentParser(prog="guanxi", description="A headless CRM backend.")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        if name in {"serve", "worker", "revision"}:
            one.add_argument("part", choices=[part.name for part in PARTS])
        if name == "restart":
            one.add_argument("parts", nargs="*", help="gateway, customer, customer-worker, ...; else all")
        if name == "revision":
            one.add_argument("message", help="what the step does, in a few words")
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; what goes wrong in its surroundings is one line, not a trace."""
    arguments = parser().parse_args(words)
    try:
        return COMMANDS[arguments.command](arguments)
    except (ControlError, PostgresError, PlaceError, SettingsError) as error:
        sys.stderr.write(f"guanxi: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
