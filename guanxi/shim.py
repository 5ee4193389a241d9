"""Becomes another program that dies with its parent; owns what lies between fork and exec.

A script of its own, run by a bare interpreter, so that no Python code runs between fork and exec in a
threaded parent: `shim.py PARENT_PID DEATH_SIGNAL UID GID COMMAND ...` (UID -1: stay who we are).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PATIENCE = 15.0


def main(arguments: list[str]) -> None:
    """Bind our life to the parent's, change the user, become the command."""
    parent, sign, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    linux = sys.platform.startswith("linux")
    libc = ctypes.CDLL(None, use_errno=True) if linux else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is None:
        _watch(parent, sign, command)
        return
    # After setuid: a change of credentials clears it.
    if libc.prctl(PR_SET_PDEATHSIG, sign, 0, 0, 0) != 0:
        sys.exit(f"prctl(PR_SET_PDEATHSIG): {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before we were bound to it
        sys.exit(0)
    os.execv(command[0], command)  # noqa: S606 - becoming the command we were given is what this program is for


def _watch(parent: int, sign: int, command: list[str]) -> None:
    """Where the kernel knows no death signal: stay the command's parent and look for our own."""
    import time  # noqa: PLC0415 - the Linux path starts faster without

    child = os.posix_spawn(command[0], command, os.environ)
    asked_at: list[float] = []

    def pass_on(number: int, _frame: object) -> None:
        os.kill(child, number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, pass_on)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            sys.exit(abs(os.waitstatus_to_exitcode(status)))
        if os.getppid() != parent:
            asked_at.append(time.monotonic())
            os.kill(child, sign if asked_at[-1] - asked_at[0] < PATIENCE else signal.SIGKILL)
        time.sleep(0.2)


if __name__ == "__main__":
    main(sys.argv[1:])
