"""Reading a model's answer, strictly: what cannot be told apart with certainty is refused, never guessed."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from kibitz.text import split_lines
from kibitz.verify.diffs import looks_like_diff, parse_diff, unfenced
from kibitz.verify.fences import Fence, bare, canonical, closes, fence_at, fences, list_indent, open_fence
from kibitz.verify.findings import parse_findings
from kibitz.verify.refusal import refuse

__all__ = [
    "Artifact",
    "FileBlock",
    "artifacts",
    "combine",
    "parse_code",
    "parse_edits",
    "parse_findings",
    "refuse",
]

_FILE = re.compile(r"(?:\#{1,6}[ \t]+)?(?P<bold>\*\*)?FILE:?[ \t]+(?P<path>\S.*?)(?(bold)\*\*)[ \t]*")
_SEARCH = re.compile(r"(?:(?P<run><{5,9}) ?(?:SEARCH|ORIGINAL)|-{7} SEARCH):?[ \t]*", re.IGNORECASE)
_DIVIDER = re.compile(r"(?P<run>={5,9})[ \t]*")
_REPLACE = re.compile(r"(?:>{5,9} ?(?:REPLACE|UPDATED)|\+{7} REPLACE)[ \t]*", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:\#{1,6}[ \t]+)?(?:\*\*)?(?:[Ff]ile(?:path|name)?:?[ \t]+)?`?(?P<path>[\w.@~+/\\-]*[\w-]\.\w{1,8})`?(?:\*\*)?:?[ \t]*"
)
_TITLE = re.compile(r"""(?:title|filename|file|path)\s*=\s*(?:"([^"]+)"|'([^']+)'|(\S+))""")

_DIFFS = {"diff", "patch", "udiff"}
_ASIDES = {
    "shellscript",
    "console",
    "shell-session",
    "shellsession",
    "powershell",
    "plaintext",
    "output",
    "log",
}
"""Blocks that stand beside a change and are commands or their output, not part of it."""


@frozen
class FileBlock:
    """What an answer changes in one file; exactly one of `replacements` and `whole` is given.

    `path` is as the answer wrote it, None for the document at hand. `replacements` are (search, replace) pairs of
    whole lines with their ends. `whole` is the new text of the file; with `path` None it is a piece of code whose
    place `verify.anchor` finds.
    """

    path: str | None
    replacements: tuple[tuple[str, str], ...] | None = None
    whole: str | None = None


@frozen
class Artifact:
    """A code block of a Markdown answer. `complete` is False where the answer was cut off inside it."""

    language: str
    code: str
    path: str | None = None
    complete: bool = True

    def to_json(self) -> dict[str, Any]:
        """The shape every door shows: language, code, where it is known path, and `complete` where it is not."""
        data: dict[str, Any] = {"language": self.language, "code": self.code}
        if self.path is not None:
            data["path"] = self.path
        return data if self.complete else data | {"complete": False}


def parse_edits(text: str) -> tuple[FileBlock, ...]:
    """The changes an answer asks for, one block per file, in the order the files are first named.

    Understands FILE blocks, search/replace blocks without a FILE line, unified diffs in a `diff` fence, and a single
    code block. Raises `bad_response` where there is none, one is cut off, or they contradict each other.
    """
    reader = _Reader(split_lines(text))
    reader.read()
    if reader.blocks:
        if reader.loose:
            raise refuse("The answer has a code block beside its changes and does not say what it is for.")
        return _merged(reader.blocks)
    loose = [fence for fence in reader.loose if canonical(fence.language) not in _ASIDES] or reader.loose
    if not loose:
        raise refuse("The answer changes nothing: it has no code in it.")
    if len(loose) > 1:
        raise refuse("The answer has several code blocks and does not say where they belong.")
    return (FileBlock(None, None, loose[0].code),)


def _merged(blocks: list[FileBlock]) -> tuple[FileBlock, ...]:
    by_path: dict[str | None, list[FileBlock]] = {}
    for block in blocks:
        by_path.setdefault(block.path, []).append(block)
    return tuple(combine(same) for same in by_path.values())


def combine(same: list[FileBlock]) -> FileBlock:
    """One block from all blocks of one file. Raises `bad_response` where they contradict each other."""
    if len(same) == 1:
        return same[0]
    if any(block.whole is not None for block in same):
        raise refuse("The answer gives two different texts for the same file.")
    pairs = [pair for block in same for pair in block.replacements or ()]
    return FileBlock(same[0].path, tuple(pairs))


class _Reader:
    """One pass over the lines of an answer."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.blocks: list[FileBlock] = []
        self.loose: list[Fence] = []
        self._path: str | None = None
        self._pairs: list[tuple[str, str]] = []
        self._named = False
        self._filled = False
        self._wrapper: tuple[str, int] | None = None
        self._list_indent = 0

    def read(self) -> None:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            name = _FILE.fullmatch(bare(line))
            if self._wrapper is not None and closes(line, *self._wrapper):
                self._wrapper = None
            elif name is not None:
                self._finish()
                self._path, self._named = _path(name["path"]), True
            elif _SEARCH.fullmatch(bare(line)):
                at = self._replacement(at)
                continue
            elif _REPLACE.fullmatch(bare(line)):
                raise refuse("The answer has the end of a search/replace block without its beginning.")
            else:
                self._list_indent = list_indent(line, self._list_indent)
                if open_fence(line, self._list_indent + 3) is not None:
                    at = self._fence(at)
                    continue
                end = unfenced(self.lines, at)
                if end > at:
                    self._diff("".join(self.lines[at:end]))
                    at = end
                    continue
            at += 1
        if self._wrapper is not None:
            raise refuse("The answer was cut off inside a code block.", "Ask again, or for a smaller change.")
        self._finish()

    def _finish(self) -> None:
        """Close the FILE block at hand."""
        if self._pairs:
            self.blocks.append(FileBlock(self._path, tuple(self._pairs)))
        elif self._named and not self._filled:
            raise refuse("The answer names a file and does not say what should change in it.")
        self._pairs, self._path, self._named, self._filled = [], None, False, False

    def _replacement(self, at: int) -> int:
        """Read one search/replace block; the line after it."""
        if self._filled:
            raise refuse("The answer gives both a whole text and replacements for the same file.")
        self._name_above(at)
        search: list[str] = []
        replace: list[str] = []
        side = search
        opening = _SEARCH.fullmatch(bare(self.lines[at]))
        assert opening is not None
        lengths = {7, len(opening["run"] or "")}
        for number in range(at + 1, len(self.lines)):
            line = self.lines[number]
            if _SEARCH.fullmatch(bare(line)):
                break
            if _REPLACE.fullmatch(bare(line)):
                if side is search:
                    raise refuse("The answer has a search/replace block without a divider.")
                self._pairs.append(("".join(search), "".join(replace)))
                return number + 1
            divider = _DIVIDER.fullmatch(bare(line))
            if divider is not None and len(divider["run"]) in lengths:
                if side is replace:
                    raise refuse(
                        "The answer has a search/replace block with two dividers.",
                        "Ask again for the whole text of the file.",
                    )
                side = replace
            else:
                side.append(line)
        raise refuse(
            "The answer was cut off inside a search/replace block.", "Ask again, or for a smaller change."
        )

    def _name_above(self, at: int) -> None:
        """Take the path that stands alone above a search/replace block, or above the fence around it."""
        above = at - 1
        while above >= 0 and (
            not self.lines[above].strip() or (above == at - 1 and open_fence(self.lines[above]) is not None)
        ):
            above -= 1
        name = _NAMED.fullmatch(bare(self.lines[above])) if above >= 0 else None
        if name is None or (self._named and not self._pairs):
            return
        self._finish()
        self._path, self._named = name["path"], True

    def _fence(self, at: int) -> int:
        """Read one code block; the line after it, or after its opening line where it wraps blocks of ours."""
        fence = fence_at(self.lines, at, self._list_indent + 3)
        opened = open_fence(self.lines[at], self._list_indent + 3)
        assert fence is not None
        assert opened is not None
        if self._wrapper is None and self._wraps(fence):
            self._wrapper = (opened["run"], len(opened["indent"]))
            return at + 1
        if opened["indent"] and _SEARCH.match(fence.code.lstrip()):
            raise refuse("The answer has indented search/replace blocks.")
        if not fence.complete:
            raise refuse("The answer was cut off inside a code block.", "Ask again, or for a smaller change.")
        if fence.language in _DIFFS or looks_like_diff(fence.code):
            self._diff(fence.code)
        elif self._named and not self._filled and not self._pairs:
            self.blocks.append(FileBlock(self._path, None, fence.code))
            self._filled = True
        elif not ((self._pairs or self._filled) and canonical(fence.language) in _ASIDES):
            self.loose.append(fence)
        return fence.end

    def _wraps(self, fence: Fence) -> bool:
        """Whether a fence only packs search/replace or FILE blocks, as many models do."""
        body = [bare(line) for line in self.lines[fence.first + 1 : fence.end]]
        first = next((line for line in body if line.strip()), "")
        if _SEARCH.fullmatch(first):
            return any(map(_DIVIDER.fullmatch, body)) and any(map(_REPLACE.fullmatch, body))
        if self._named or _FILE.fullmatch(first) is None:
            return False
        after = body[body.index(first) + 1 :]
        return any(_SEARCH.fullmatch(line) or open_fence(line) for line in after)

    def _diff(self, code: str) -> None:
        files = parse_diff(code)
        if self._named and len(files) > 1:
            raise refuse("The answer puts a diff of several files under the name of one.")
        for path, pairs in files:
            if self._named:
                if self._filled:
                    raise refuse("The answer gives both a whole text and replacements for the same file.")
                self._pairs.extend(pairs)
            else:
                self.blocks.append(FileBlock(path, pairs))


def _path(written: str) -> str:
    """A path without the marks people put around it."""
    for mark in ("`", '"', "'"):
        if len(written) > 2 * len(mark) and written.startswith(mark) and written.endswith(mark):
            return written[len(mark) : -len(mark)].strip()
    return written


def parse_code(text: str, language: str) -> str:
    """The code of an answer that is to be one code block, with a line end after its last line.

    Where the answer has several blocks it is the longest of the language's. Raises `bad_response` where there is
    none, or the block was cut off.
    """
    blocks = fences(text)
    if len(blocks) > 1:
        blocks = tuple(block for block in blocks if canonical(block.language) == canonical(language))
    if not blocks:
        raise refuse("The answer has no code block.", "Ask again.")
    longest = max(blocks, key=lambda block: len(block.code))
    if not longest.complete:
        raise refuse("The answer was cut off inside its code block.", "Ask again, or for less.")
    if not longest.code.strip():
        raise refuse("The answer's code block is empty.", "Ask again.")
    return longest.code if longest.code.endswith(("\n", "\r")) else longest.code + "\n"


def artifacts(text: str) -> tuple[Artifact, ...]:
    """The code blocks of a Markdown answer in order, with the file each is said to be.

    A file is named by a FILE line right above the block, by `language:path`, or by `title=`/`path=` after the language.
    """
    lines = split_lines(text)
    return tuple(
        Artifact(fence.language, fence.code, _said_path(lines, fence), fence.complete)
        for fence in fences(text)
    )


def _said_path(lines: list[str], fence: Fence) -> str | None:
    above = next((bare(line) for line in reversed(lines[: fence.first]) if line.strip()), "")
    name = _FILE.fullmatch(above)
    if name is not None:
        return _path(name["path"])
    title = _TITLE.search(fence.info)
    if title is not None:
        return title[1] or title[2] or title[3]
    word = fence.info.split(maxsplit=1)[0] if fence.info else ""
    _, colon, path = word.partition(":")
    return path if colon and re.search(r"[./\\]", path) else None
