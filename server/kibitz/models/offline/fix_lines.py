"""Taking code out so that what stays looks as if it had never been there."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Case, Splice
from kibitz.syntax.view import View

_REST = re.compile(r"[ \t]*;?[ \t]*(?:(?:#|//|--)[^\r\n]*|/\*[^\r\n]*?\*/[ \t]*)?(?=[\r\n]|$)")
_BREAK = re.compile(r"\r\n|\n|\r")
_BLANK = re.compile(r"[ \t]*(?:\r\n|\n|\r)")


def without(case: Case, node: View) -> Splice:
    """The whole statement gone, its lines too where it has them alone, with the comment behind it.

    In Python the last statement of a block becomes `pass`.
    """
    text = case.text
    start, end = node.start, node.end
    head = _line_start(text, start)
    rest = _REST.match(text, end)
    alone = not text[head:start].strip() and rest is not None
    if case.language == "python" and _only_one(node):
        return Splice(start, end, "pass")
    if alone and rest is not None:
        stop = rest.end()
        if (newline := _BREAK.match(text, stop)) is not None:
            stop = newline.end()
        elif head:
            head = _line_end_before(text, head)
        return Splice(head, _closed_up(text, head, stop), "")
    separator = re.compile(r"[ \t]*;?[ \t]*").match(text, end)
    stop = separator.end() if separator is not None else end
    if text[stop : stop + 1] in ("", "\r", "\n"):  # it is the last on its line
        before = re.search(r";?[ \t]*$" if case.language == "python" else r"[ \t]*$", text[head:start])
        return Splice(head + (before.start() if before else start - head), stop, "")
    return Splice(start, stop, "")


def from_list(case: Case, node: View) -> Splice:
    """An element of a list gone together with the comma, and the line it leaves empty."""
    text = case.text
    after = re.compile(r"\s*,[ \t]*").match(text, node.end)
    line = _line_start(text, node.start)
    alone = not text[line : node.start].strip()
    if after is not None:
        stop = after.end()
        rest = re.compile(r"(?:(?:#|//)[^\r\n]*)?(?:\r\n|\n|\r)").match(text, stop)
        if alone and rest is not None:
            return Splice(line, rest.end(), "")
        return Splice(node.start, stop, "")
    before = re.search(r",?\s*$", text[: node.start])
    start = before.start() if before is not None else node.start
    if "\n" in text[start : node.start] and text[start : start + 1] != ",":
        start = node.start
    return Splice(start, node.end, "")


def _only_one(node: View) -> bool:
    block = node.parent
    return block is not None and block.kind == "block" and len(block.items) == 1


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end_before(text: str, head: int) -> int:
    """Where the line before ends: the text's last line goes together with the break before it."""
    if text[head - 2 : head] == "\r\n":
        return head - 2
    return head - 1


def _closed_up(text: str, head: int, stop: int) -> int:
    """Where to stop so that no more blank lines stay than the larger of those before and behind."""
    before = 0
    at = head
    while at > 0:
        line = _line_start(text, _line_end_before(text, at))
        if text[line:at].strip():
            break
        before, at = before + 1, line
    if at == 0:
        before = 1_000_000
    while before and (blank := _BLANK.match(text, stop)) is not None and blank.end() > stop:
        stop, before = blank.end(), before - 1
    return stop
