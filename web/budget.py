"""How much may be tried again: a tenth of what succeeds, so that retries never keep a failing peer down."""

SHARE = 0.1
MOST = 30.0  # saved for a burst of broken connections; then, without success, nothing is tried again


class Budget:
    """One peer's. Of N requests at most N / 10 + 30 are sent twice, and of a peer that only fails 30."""

    __slots__ = ("saved",)

    def __init__(self) -> None:
        self.saved = MOST

    def earn(self) -> None:
        """Note a success."""
        if self.saved < MOST:
            self.saved += SHARE

    def spend(self) -> bool:
        """Take out one retry; False when there is none."""
        if self.saved < 1:
            return False
        self.saved -= 1
        return True
