"""How the assistants of the reports applied an answer: what a test of ours must not be satisfied by."""

from __future__ import annotations

import re

_TAGGED = re.compile(
    r"<old_text[^>]*>\n(.*?)\n</old_text>\s*<new_text>\n(.*?)(?:\n</new_text>|\Z)", re.DOTALL
)


def exactly(text: str, search: str, replace: str) -> str | None:
    """Replace what stands there letter for letter; None where nothing does, whatever the reason."""
    return text.replace(search, replace, 1) if search in text else None


def indented_by_the_first_line(text: str, search: str, replace: str) -> str:
    """Lines are found without their margins; what the first line's differs by is put before every new line."""
    lines, wanted = text.split("\n"), [line.strip() for line in search.split("\n")]
    at = next(n for n in range(len(lines)) if [line.strip() for line in lines[n : n + len(wanted)]] == wanted)
    by = _margin(lines[at])[len(_margin(search)) :]
    new = [by + line if line.strip() else line for line in replace.split("\n")]
    return "\n".join([*lines[:at], *new, *lines[at + len(wanted) :]])


def without_margins(text: str, search: str, replace: str) -> str:
    """Lines are found without their margins, and written as they were compared."""
    lines, wanted = text.split("\n"), [line.strip() for line in search.split("\n")]
    at = next(n for n in range(len(lines)) if [line.strip() for line in lines[n : n + len(wanted)]] == wanted)
    new = [line.strip() for line in replace.split("\n")]
    return "\n".join([*lines[:at], *new, *lines[at + len(wanted) :]])


def by_the_first_numbers(text: str, changes: list[tuple[int, int, str]]) -> str:
    """Lines are replaced by their numbers (from 1, both ends counted), which nobody recounts after a change."""
    lines = text.split("\n")
    for first, last, new in changes:
        lines[first - 1 : last] = new.split("\n")
    return "\n".join(lines)


def between_tags(text: str, answer: str) -> str:
    """A new text ends where its own closing tag is, and nowhere else."""
    for old, new in _TAGGED.findall(answer):
        text = text.replace(old, new, 1)
    return text


def difference(before: list[str], after: list[str]) -> tuple[int, list[str]]:
    """The first line that is new, and all new lines, where what both texts end with is looked for first."""
    tail = 0
    while tail < min(len(before), len(after)) and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    head = 0
    while head < len(before) - tail and before[head] == after[head]:
        head += 1
    return head, after[head : len(after) - tail]


def by_strict_patch(text: str, patch: str) -> str | None:
    """A patch between its two marks whose lines all stand there letter for letter; None is `Bad/Incorrect diff`."""
    lines = patch.strip("\n").split("\n")
    if lines[0] != "*** Begin Patch" or lines[-1] != "*** End Patch":
        return None
    for part in re.split(r"^@@.*\n", "\n".join(lines[2:-1]) + "\n", flags=re.MULTILINE)[1:]:
        old = "".join(f"{line[1:]}\n" for line in part.splitlines() if line[:1] != "+")
        new = "".join(f"{line[1:]}\n" for line in part.splitlines() if line[:1] != "-")
        if not old or old not in text:
            return None
        text = text.replace(old, new, 1)
    return text


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
