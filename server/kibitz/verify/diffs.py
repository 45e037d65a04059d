"""Unified diffs in answers, read as search/replace pairs: their line numbers are not to be trusted, their text is."""

from __future__ import annotations

from kibitz.errors import KibitzError
from kibitz.text import split_lines

_NOWHERE = "/dev/null"


def parse_diff(text: str) -> tuple[tuple[str | None, tuple[tuple[str, str], ...]], ...]:
    """(path, (search, replace) pairs) of each file of a unified diff; path None where the diff names none.

    Raises `bad_response` for a diff that changes nothing, deletes a file, or has lines that are none of a diff's.
    """
    files: list[tuple[str | None, list[list[str]]]] = []
    lines = split_lines(text)
    at = 0
    in_hunk = False
    while at < len(lines):
        line = lines[at]
        if _is_header(lines[at : at + 3]):
            files.append((_target(line, lines[at + 1]), []))
            in_hunk = False
            at += 2
            continue
        if line.startswith("diff --git "):
            in_hunk = False
        elif line.startswith("@@"):
            if not files:
                files.append((None, []))
            files[-1][1].append([])
            in_hunk = True
        elif in_hunk:
            files[-1][1][-1].append(line)
        elif line.startswith(("+", "-")):
            raise _bad("The answer's diff has changed lines outside its hunks.")
        at += 1
    read = tuple((path, tuple(pair for hunk in hunks if (pair := _pair(hunk)))) for path, hunks in files)
    if not read or not all(pairs for _, pairs in read):
        raise _bad("The answer's diff changes nothing.")
    return read


def _is_header(lines: list[str]) -> bool:
    """Whether a file begins here; a changed line of two dashes looks alike and is not followed by a hunk."""
    marks = ("--- ", "+++ ", "@@")
    return len(lines) == len(marks) and all(map(str.startswith, lines, marks))


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


def _bad(sentence: str) -> KibitzError:
    return KibitzError("bad_response", sentence, "Ask again for search/replace blocks.")
