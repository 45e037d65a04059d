"""Paths in imports and includes that lead nowhere: the only file beside them whose name comes near."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from attrs import evolve

from kibitz.models.offline.fix_names import slip
from kibitz.models.tasks import Problem
from kibitz.text import Document

MOST_FILES = 2_000
"""A folder with more entries is not searched."""
_SHORTEST = 4
_SCRIPT = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")
_NOWHERE = re.compile(
    r"Cannot find module ['\"](\.{1,2}/[\w@./-]+)['\"]|Unable to resolve path to module ['\"](\.{1,2}/[\w@./-]+)['\"]"
    r"|['\"]([\w./-]+\.(?:h|hh|hpp))['\"] file not found|^([\w./-]+\.(?:h|hh|hpp)): No such file"
)


def with_paths(document: Document, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems; those about a path that leads nowhere say, as a note, the only one near it that leads somewhere.

    Reads the names in the folders the paths lead to, at most MOST_FILES each; those that cannot be read are passed over.
    """
    return tuple(
        evolve(p, notes=(*p.notes, f'Suggestion: path "{said}" is "{meant}"'))
        if (said := _path(p)) and (meant := _near(document, said))
        else p
        for p in problems
    )


def leads_nowhere(problem: Problem) -> bool:
    """Whether a problem is about such a path."""
    return bool(_path(problem))


def _path(problem: Problem) -> str:
    found = _NOWHERE.search(problem.message)
    return next((group for group in found.groups() if group), "") if found is not None else ""


def _near(document: Document, said: str) -> str:
    if document.path is None:
        return ""
    folder, _, name = said.rpartition("/")
    if len(name) < _SHORTEST:
        return ""
    try:
        with os.scandir(document.path.parent / folder) as entries:
            names = [entry.name for _, entry in zip(range(MOST_FILES + 1), entries, strict=False)]
    except OSError:
        return ""
    if len(names) > MOST_FILES:
        return ""
    script = said.startswith(".") and not name.endswith((".h", ".hh", ".hpp"))
    if script and not _SCRIPT.search(name):
        names = [_SCRIPT.sub("", one) for one in names]
    near = {one for one in names if slip(name, one)}
    return f"{folder}/{near.pop()}" if len(near) == 1 and folder else near.pop() if len(near) == 1 else ""
