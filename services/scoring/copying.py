"""Reading a whole base at once: rows of a statement as a numpy array, by PostgreSQL's binary COPY."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.statements import Runner, Statement

_HEADER, _TRAILER = 19, 2  # bytes around the rows (PostgreSQL documentation, COPY, File Formats)


async def copied(
    on: Runner, statement: Statement, given: Mapping[str, Any], kind: np.dtype[Any]
) -> NDArray[np.void]:
    """Return the rows of a statement, which have the widths of `kind` and no nulls."""
    raw, big = bytearray(), ((name, kind[name].newbyteorder(">")) for name in kind.names or ())
    packed = np.dtype([("fields", ">i2"), *(part for at in big for part in ((f"{at[0]}_size", ">i4"), at))])

    async def keep(data: bytes) -> None:
        raw.extend(data)

    await on.copy_from_query(
        statement.sql, *statement.arguments(given), output=keep, format="binary", timeout=600
    )
    count = (len(raw) - _HEADER - _TRAILER) // packed.itemsize
    told, found = np.frombuffer(raw, packed, offset=_HEADER, count=count), np.empty(count, kind)
    for name in kind.names or ():
        found[name] = told[name]
    return found
