"""What can be wrong with a merge, or with undoing one."""

from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound


class MergeNotFound(NotFound):
    """No such merge, or none whose customer the principal may see."""

    says = "There is no such merge."


class SelfMerge(Invalid):
    """A record cannot be a duplicate of itself."""

    code, title = "self_merge", "A record cannot be merged with itself"

    def __init__(self, index: int) -> None:
        detail = "This is the survivor itself."
        pointer = f"/duplicates/{index}"
        super().__init__(detail, errors=[{"pointer": pointer, "code": self.code, "detail": detail}])


class TooMuchTogether(Invalid):
    """The records together would make a document above its limits."""

    code, title = "too_much_together", "Together the records have more than one customer may have"

    def __init__(self, field: str, most: int, held: int) -> None:
        detail = (
            f"Together they have {held:,} in {field}; a customer has at most {most:,}. Remove some first."
        )
        super().__init__(detail, errors=[{"pointer": "/duplicates", "code": self.code, "detail": detail}])


class MergedOn(Conflict):
    """The survivor was itself merged since; that merge is to be undone first."""

    code, title = "merged_on", "The customer was merged on since"

    def __init__(self, merge_id: UUID) -> None:
        super().__init__("Undo the merge `merge_id` first.", merge_id=merge_id)


class TooLate(Conflict):
    """What an undo needs is not kept any more."""

    code, title = "too_late_to_undo", "This merge can no longer be undone"
