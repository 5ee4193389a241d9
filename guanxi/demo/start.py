"""Owns where the demo is told: at the system that runs, else at one started for it."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from guanxi.console import say
from guanxi.demo.api import DemoError
from guanxi.demo.story import run
from guanxi.secrets import Secrets
from guanxi.settings import Local

LOOKS, LOOK_S = 3, 0.5
READY_S, END_S = 180.0, 30.0


def demo(local: Local) -> int:
    """Load the example purchases, and show what they are worth; answer the exit code."""
    try:
        with system(local):
            asyncio.run(run(local.address, Secrets(local.home).development_key, say))
    except DemoError as error:
        say(f"demo: {error}")
        return 1
    return 0


@contextmanager
def system(local: Local) -> Iterator[None]:
    """Use the system at the address; start one, and stop it in the end, when there is none."""
    if _answers(local):
        yield
        return
    say("No system is running; starting one for the demo.")
    command = [sys.executable, "-m", "guanxi", "up"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(local.environ)) as supervisor:  # noqa: S603 - our own
        try:
            _wait(local, supervisor)
            yield
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.wait(END_S)
            say("Stopped the system again; its data stay. `make run` starts it.")


def _answers(local: Local) -> bool:
    for _ in range(LOOKS):
        try:
            httpx.get(f"{local.address}/livez", timeout=5)
        except httpx.ConnectError:
            time.sleep(LOOK_S)
        except httpx.TransportError:
            return True
        else:
            return True
    return False


def _wait(local: Local, supervisor: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if supervisor.poll() is not None:
            raise DemoError("the system could not be started; `make run` shows why")
        try:
            if httpx.get(f"{local.address}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise DemoError("the system did not get ready; `make run` shows why")
