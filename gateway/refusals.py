"""What the gateway itself refuses, beyond the problems that everybody shares."""

from shared.errors import Problem


class BadRequest(Problem):
    """The request's framing or headers contradict each other."""

    status, code, title = 400, "bad_request", "The request is not well formed"


class SlowBody(Problem):
    """The body trickles in, or has stopped."""

    status, code, title = 408, "slow_body", "The body came too slowly"


class BrokenService(Problem):
    """A service broke off, or answered what is not HTTP; whether it did the work is not known."""

    status, code, title = 502, "service_failed", "A service broke off its answer"
