"""The same change at the sibling line: what was done to one line fits another that is like it."""

from __future__ import annotations

from collections.abc import Iterator

from kibitz.features.next_edit.candidate import NextEdit, replace
from kibitz.features.next_edit.history import Hunk
from kibitz.features.next_edit.tokens import WORD, Change, Token, change, shape, tokens
from kibitz.syntax.bindings import Bindings
from kibitz.syntax.tree import Tree
from kibitz.text import Document, Position

_NEAR = 12
"""Lines around the change in which one example is enough; a gap of more than one line ends them."""
_FAR = 300
_LIKE = 0.4
"""The part of the tokens that must be the same ones, not only of the same kind."""
_LIKE_TWICE = 0.25
_FEWEST = 3
_LONGEST = 400


def siblings(document: Document, tree: Tree | None, hunks: tuple[Hunk, ...]) -> Iterator[NextEdit]:
    """The lines that want the last change too, the nearest below the last one first."""
    if not hunks or (last := _line_change(hunks[0])) is None:
        return
    done = hunks[0].first
    if tree is not None and any(e.range.start.line <= done <= e.range.end.line for e in tree.errors):
        return  # half typed
    twice = _made_before(last, hunks[1:])
    if not _telling(last, twice=twice) or (not twice and _renames(tree, last, done, hunks)):
        return
    kinds = shape(list(last.old))
    changed = {hunk.first + at for hunk in hunks for at in range(len(hunk.new))}
    reach = _FAR if twice else _NEAR
    for step in (1, -1):
        strangers = 0
        for line in range(done + step, done + step * (reach + 1), step):
            if not 0 <= line < len(document.lines):
                break
            text = document.line(line)
            parts = tokens(text) if len(text) <= _LONGEST else []
            edit = None
            if line not in changed and shape(parts) == kinds and _indent(text) == _indent(last.old_line):
                edit = _applied(line, text, parts, last, _LIKE_TWICE if twice else _LIKE)
            if edit is not None:
                strangers = 0
                yield edit_of(document, edit)
            elif line not in changed:
                strangers += 1
            if strangers > 1 and not twice:
                break


def edit_of(document: Document, edit: tuple[int, int, int, str]) -> NextEdit:
    """The candidate for a span of one line and what replaces it."""
    return NextEdit(document, replace(*edit), "sibling")


def _line_change(hunk: Hunk) -> Change | None:
    """What was done to a line by a hunk that is one line; None where it was no change of a few tokens."""
    if len(hunk.old) != 1 or len(hunk.new) != 1 or max(len(hunk.old[0]), len(hunk.new[0])) > _LONGEST:
        return None
    old, new = hunk.old[0].rstrip("\r\n"), hunk.new[0].rstrip("\r\n")
    return change(old, new) if _indent(old) == _indent(new) else None


def _made_before(last: Change, hunks: tuple[Hunk, ...]) -> bool:
    """Whether another line was changed in the same way."""
    kinds = shape(list(last.old))
    for hunk in hunks:
        other = _line_change(hunk)
        if other is None or shape(list(other.old)) != kinds:
            continue
        edit = _applied(0, other.old_line, list(other.old), last, _LIKE_TWICE)
        if edit is not None:
            _, start, end, text = edit
            if other.old_line[:start] + text + other.old_line[end:] == other.new_line:
                return True
    return False


def _renames(tree: Tree | None, last: Change, line: int, hunks: tuple[Hunk, ...]) -> bool:
    """Whether the change gave a variable or what is defined here another name: that has its own rules."""
    if tree is None or not len(last.added) == len(last.removed) == 1 or not WORD.match(last.added[0]):
        return False
    place = Position(line, last.new[last.start].start)
    changed = {hunk.first + at for hunk in hunks for at in range(len(hunk.new))}
    if any(d.name == last.added[0] and d.name_range.start.line in changed for d in tree.definitions):
        return True
    bindings = Bindings(tree, last.added)
    return bindings.scope(place) is not None and any(
        name.range.start == place for name in bindings.occurrences()
    )


def _telling(last: Change, *, twice: bool) -> bool:
    """Whether a change is one that lines like it are likely to want too."""
    if len(last.old) < _FEWEST or len(last.added) > 12 or len(last.removed) > 8:
        return False
    if len(last.removed) + 1 >= len(last.old):
        return False  # another line altogether
    if twice:
        return True
    if len(last.removed) == len(last.added) == 1:
        one, other = last.removed[0], last.added[0]
        if not WORD.match(one) or not WORD.match(other):
            return one[0] not in "\"'" and not one[0].isdigit()  # a value is each line's own
        return not (other.startswith(one) or other.endswith(one) or one.startswith(other))  # half typed
    return bool(last.removed) or any(sign not in ",;" for sign in last.added)


def _applied(
    line: int, text: str, parts: list[Token], last: Change, like: float
) -> tuple[int, int, int, str] | None:
    """The change made to another line of the same shape: the line, the columns it replaces, and by what."""
    old = last.old
    same = sum(one.text == other.text for one, other in zip(old, parts, strict=True))
    if same < like * len(old) or same == len(old) == 0:
        return None
    added = set(last.added)
    own: dict[str, str] = {}
    for one, other in zip(old, parts, strict=True):
        if own.setdefault(one.text, other.text) != other.text and one.text in added:
            return None  # one word there, several here: which is meant cannot be told
    for at in range(last.start, last.end):
        if old[at].text not in added and old[at].text != parts[at].text:
            return None  # what went there is not what stands here
    first, stop = last.start, last.end
    start = parts[first - 1].end if first else parts[0].start
    end = parts[stop].start if stop < len(parts) else len(text.rstrip())
    old_start = old[first - 1].end if first else old[0].start
    new_end = last.new[last.new_end].start if last.new_end < len(last.new) else len(last.new_line.rstrip())
    written, at = "", old_start
    for token in last.new[first : last.new_end]:
        written += last.new_line[at : token.start] + own.get(token.text, token.text)
        at = token.end
    written += last.new_line[at:new_end]
    if text[start:end] == written:
        return None
    while start < end and written and text[start] == written[0]:
        start, written = start + 1, written[1:]
    while start < end and written and text[end - 1] == written[-1]:
        end, written = end - 1, written[:-1]
    return line, start, end, written


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
