"""Diffs in answers, read as search/replace pairs: their line numbers and counts are not to be trusted, their text is.

Unified diffs, with or without hunk headers, and the patches between `*** Begin Patch` and `*** End Patch`.
"""

from __future__ import annotations

import re

from kibitz.text import split_lines
from kibitz.verify.refusal import RefusalError

_NOWHERE = "/dev/null"
_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_SECTION = re.compile(r"\*\*\* (?P<what>Update|Add|Delete) File: *(?P<path>.*\S)\s*")
_MOVE = "*** Move to:"
_HUNK = re.compile(r"@@ .*@@|@@\s*$")
_MARKS = ("+", "-", " ", "@@", "\\")

Files = tuple[tuple[str | None, tuple[tuple[str, str], ...]], ...]


def parse_diff(text: str) -> Files:
    """(path, (search, replace) pairs) of each file of a diff; path None where the diff names none.

    Raises `bad_response` for a diff that changes nothing, deletes or renames a file, or has lines that are none of a diff's.
    """
    files: list[tuple[str | None, list[list[str]]]] = []
    lines = split_lines(text)
    at = 0
    in_hunk = False
    while at < len(lines):
        line = lines[at]
        section = _SECTION.fullmatch(line.rstrip("\r\n"))
        if section is not None:
            if section["what"] == "Delete":
                raise _bad("The answer deletes a file, which kibitz does not do.")
            files.append((section["path"], [[]]))
            in_hunk = True
        elif _is_header(lines, at, begun=any(hunks for _, hunks in files)):
            files.append((_target(line, lines[at + 1]), []))
            in_hunk = False
            at += 1
        elif line.startswith(_MOVE):
            raise _bad("The answer renames a file, which kibitz does not do.")
        elif line.startswith("diff --git "):
            in_hunk = False
        elif line.startswith("@@"):
            if not files:
                files.append((None, []))
            files[-1][1].append([])
            in_hunk = True
        elif line.startswith("*** "):
            pass  # the ends of a patch and of a file
        elif in_hunk:
            files[-1][1][-1].append(line)
        elif line.startswith(("+", "-")):
            # without a hunk's header all that follows is one hunk, context lines and all
            if not files:
                files.append((None, []))
            files[-1][1].append(_context_above(lines, at))
            files[-1][1][-1].append(line)
            in_hunk = True
        at += 1
    read = tuple((path, tuple(pair for hunk in hunks if (pair := _pair(hunk)))) for path, hunks in files)
    if not read or not all(pairs for _, pairs in read):
        raise _bad("The answer's diff changes nothing.")
    return read


def looks_like_diff(code: str) -> bool:
    """Whether a piece of code says by its first lines that it is a diff."""
    lines = [line.rstrip() for line in split_lines(code) if line.strip()][:2]
    if not lines:
        return False
    if lines[0] == _BEGIN or lines[0].startswith("diff --git ") or _HUNK.match(lines[0]):
        return True
    return len(lines) > 1 and lines[0].startswith("--- ") and lines[1].startswith("+++ ")


def unfenced(lines: list[str], at: int) -> int:
    """The end of a diff that begins at a line outside of any code block; `at` where none does."""
    first = lines[at].rstrip()
    if first == _BEGIN:
        end = next((n for n in range(at, len(lines)) if lines[n].rstrip() == _END), None)
        if end is None:
            raise _bad("The answer was cut off inside a patch.")
        return end + 1
    marks = [
        line[: len(mark)] == mark for line, mark in zip(lines[at:], ("--- ", "+++ ", "@@"), strict=False)
    ]
    if marks != [True, True, True]:
        return at
    end = at
    while end < len(lines) and (lines[end].startswith(_MARKS) or _blank_inside(lines, end)):
        end += 1
    return end


def _blank_inside(lines: list[str], at: int) -> bool:
    """Whether an empty line is one of a hunk's context, not the end of the diff."""
    following = next((line for line in lines[at:] if line.strip()), "")
    return not lines[at].strip() and following.startswith(_MARKS) and not following.startswith("- ")


def _context_above(lines: list[str], at: int) -> list[str]:
    """The lines of context right above the first changed line of a diff without hunk headers."""
    first = at
    while first and (lines[first - 1].startswith(" ") or not lines[first - 1].strip()):
        first -= 1
    return lines[first:at]


def _is_header(lines: list[str], at: int, *, begun: bool) -> bool:
    """Whether a file begins here; a changed line of two dashes looks alike and is not followed by a hunk."""
    if not lines[at].startswith("--- ") or not lines[at + 1 : at + 2] or not lines[at + 1].startswith("+++ "):
        return False
    return not begun or any(line.startswith("@@") for line in lines[at + 2 : at + 3])


def _target(old: str, new: str) -> str | None:
    old_name, new_name = _name(old[4:], "a/"), _name(new[4:], "b/")
    if new_name == _NOWHERE:
        raise _bad("The answer deletes a file, which kibitz does not do.")
    if old_name not in (new_name, _NOWHERE):
        raise _bad("The answer renames a file, which kibitz does not do.")
    return new_name


def _name(written: str, side: str) -> str:
    name = written.split("\t", 1)[0].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    return name.removeprefix(side)


def _pair(hunk: list[str]) -> tuple[str, str] | None:
    """What a hunk takes away and what it puts there; None where it changes nothing."""
    while hunk and not hunk[-1].strip("\r\n"):
        hunk = hunk[:-1]
    search: list[str] = []
    replace: list[str] = []
    for line in hunk:
        mark, rest = line[:1], line[1:]
        if mark == " ":
            search.append(rest)
            replace.append(rest)
        elif mark == "-":
            search.append(rest)
        elif mark == "+":
            replace.append(rest)
        elif not line.strip("\r\n"):
            # models drop the blank that marks an empty line of context
            search.append(line)
            replace.append(line)
        elif mark != "\\":
            raise _bad("The answer's diff has a line that is neither context nor change.")
    # a hunk may end at the end of the fence, where its last line has lost its end
    sides = [_ended(search), _ended(replace)]
    return (sides[0], sides[1]) if sides[0] != sides[1] else None


def _ended(lines: list[str]) -> str:
    text = "".join(lines)
    return text if not text or text.endswith(("\n", "\r")) else text + "\n"


def _bad(sentence: str) -> RefusalError:
    return RefusalError(sentence, "Ask again for search/replace blocks.")
