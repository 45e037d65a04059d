"""What is said of two versions that do not do the same."""

from __future__ import annotations

from typing import Literal

from attrs import frozen


@frozen
class Difference:
    """What is not the same: `where` is a function's name or "" for the file, `line` one of the new text, 1-based.

    "unknown" where it could not be told.
    """

    where: str
    what: str
    line: int
    kind: Literal["different", "unknown"] = "different"
