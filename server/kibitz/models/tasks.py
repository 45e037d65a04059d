"""What a feature wants, as data: the built-in engine works from these, a language model from the prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from attrs import frozen

from kibitz.text import Document, Position, Range


@frozen
class Project:
    """Where the document belongs; None as root where it belongs nowhere."""

    root: Path | None
    exclude: tuple[str, ...] = ()


@frozen
class CompleteTask:
    """The text to insert at a position. Answer: that text alone."""

    document: Document
    position: Position
    project: Project
    max_lines: int
    open_documents: tuple[Document, ...] = ()
    sure: bool = False
    """Only what is likely enough to be shown while a model is still thinking."""


@frozen
class ExplainTask:
    """What the code in the range (None: the whole file) does. Answer: Markdown."""

    document: Document
    range: Range | None
    project: Project


@frozen
class FindBugsTask:
    """What is wrong in the document, or in a range of it. Answer: a JSON array of findings."""

    document: Document
    range: Range | None
    project: Project


RefactorKind = Literal[
    "extract_function",
    "extract_variable",
    "inline",
    "rename",
    "organize_imports",
    "invert_if",
    "guard_clause",
    "merge_ifs",
    "comprehension_to_loop",
    "loop_to_comprehension",
    "modernise",
    "simplify",
]


@frozen
class RefactorTask:
    """A changed text. Answer: FILE blocks (see verify.answer).

    `kind` is None where only an instruction in words is given.
    """

    document: Document
    range: Range
    project: Project
    instruction: str = ""
    kind: RefactorKind | None = None
    new_name: str | None = None


@frozen
class Problem:
    """What a checker reports: `notes` are what it says beside the message (related places, its helps)."""

    range: Range
    message: str
    source: str = ""
    code: str = ""
    notes: tuple[str, ...] = ()


@frozen
class FixTask:
    """The text without the problems that diagnostics report. Answer: FILE blocks.

    `certain` leaves alone what could be mended in more than one way.
    """

    document: Document
    problems: tuple[Problem, ...]
    project: Project
    certain: bool = False


@frozen
class TestsTask:
    """Tests of one function, or of what the file offers. Answer: one code block with a test module."""

    document: Document
    symbol: str | None
    range: Range | None
    project: Project
    failures: tuple[str, ...] = ()


@frozen
class ChatTask:
    """A conversation's last message, and the code it is about. Answer: Markdown."""

    message: str
    document: Document | None
    range: Range | None
    project: Project


Task = CompleteTask | ExplainTask | FindBugsTask | RefactorTask | FixTask | TestsTask | ChatTask
