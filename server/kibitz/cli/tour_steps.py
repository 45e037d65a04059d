"""The tour's five answers: where in a file each is shown, and what an editor would show of it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from kibitz.cli.tour_client import TourClient
from kibitz.errors import KibitzError
from kibitz.features.result import Stopwatch
from kibitz.syntax.model import CALLABLE, Definition
from kibitz.syntax.tree import Tree
from kibitz.text import Document, Position, Range, TextEdit, apply_edits

PLACES = 24
"""How many places are tried before a step says that there was nothing."""

SHOWN_FINDINGS = 5
SHOWN_TEST_LINES = 40


@frozen
class Step:
    """One answer: what was asked for, by whom it was answered, and what an editor would show (`shown`).

    `parts` say how the terminal draws it: pairs of a style and a text.
    """

    feature: str
    engine: str
    duration_ms: float
    ok: bool
    shown: str
    parts: tuple[tuple[str, str], ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """One entry of `kibitz tour --json`."""
        return {
            "feature": self.feature,
            "engine": self.engine,
            "durationMs": round(self.duration_ms, 1),
            "ok": self.ok,
            "shown": self.shown,
        }


async def complete(client: TourClient, document: Document, tree: Tree | None, engine: str) -> Step:
    """Half of a line is taken away, and the ghost text that comes back is shown; the truest of several places."""
    watch, best = Stopwatch(), None
    for line, cut in _line_halves(document, tree):
        whole = document.line(line)
        edit = TextEdit(Range(Position(line, cut), Position(line, len(whole))), "")
        client.show(apply_edits(document, [edit]))
        once = Stopwatch()
        text = await client.complete(line, cut)
        if not text or not text.strip():
            continue
        exact = text.rstrip() == whole[cut:].rstrip()
        if best is None or exact:
            best = (line, cut, text, once.ms)
        if exact:
            break
    client.show(document.text)
    if best is None:
        return Step("complete", engine, watch.ms, True, "Nothing sure enough to suggest in this file.")
    line, cut, text, spent = best
    above = "\n".join(document.line(n) for n in range(max(0, line - 2), line))
    before = document.line(line)[:cut]
    parts = (("code", f"{above}\n" if above else ""), ("code", before), ("ghost", text))
    return Step("complete", engine, spent, True, f"{before}⟨{text}⟩", parts)


async def explain(client: TourClient, document: Document, tree: Tree | None) -> Step:
    """The function with the most to say about it."""
    chosen = max(_functions(tree), key=lambda d: (bool(d.documentation), min(_height(d), 40)), default=None)
    given: dict[str, Any] = {}
    if chosen is not None:
        at = {"line": chosen.name_range.start.line, "character": chosen.name_range.start.character}
        given = {"range": {"start": at, "end": at}}
    watch = Stopwatch()
    answer = await client.command("kibitz.explain", **given)
    return Step(
        "explain", answer["engine"], watch.ms, True, answer["markdown"], (("markdown", answer["markdown"]),)
    )


async def find_bugs(client: TourClient, document: Document) -> Step:
    """The worst findings first."""
    watch = Stopwatch()
    answer = await client.command("kibitz.findBugs")
    order = {"error": 0, "warning": 1, "information": 2, "hint": 3}
    found = sorted(answer["findings"], key=lambda f: (order[f["severity"]], f["range"]["start"]["line"]))
    lines, parts = [], []
    for finding in found[:SHOWN_FINDINGS]:
        line = finding["range"]["start"]["line"]
        text = f"{line + 1}: {finding['severity']}: {finding['message']} [{finding['rule']}]"
        lines.append(text)
        parts += [(finding["severity"], f"{text}\n"), ("quote", f"    {document.line(line).strip()}\n")]
    if len(found) > SHOWN_FINDINGS:
        lines.append(f"and {len(found) - SHOWN_FINDINGS} more")
        parts.append(("quote", f"    and {len(found) - SHOWN_FINDINGS} more\n"))
    shown = "\n".join(lines) or "No bugs found."
    return Step("find-bugs", answer["engine"], watch.ms, True, shown, tuple(parts) or (("plain", shown),))


async def refactor(client: TourClient, document: Document, tree: Tree | None) -> Step:
    """The first refactoring of the menu that can be performed, as a diff."""
    refusal: KibitzError | None = None
    for first, last in _blocks(document, tree):
        for action in await client.actions(first, last, len(document.line(last)), "refactor.extract"):
            watch = Stopwatch()
            try:
                resolved = await client.resolve(action)
            except KibitzError as error:
                refusal = error
                continue
            diff = _diff(document, resolved["edit"])
            return Step(
                "refactor",
                "offline",
                watch.ms,
                True,
                diff,
                (("title", f"{action['title']}\n"), ("diff", diff)),
            )
    watch = Stopwatch()
    end = {"line": len(document.lines) - 1, "character": 0}
    where = {"start": {"line": 0, "character": 0}, "end": end}
    try:
        answer = await client.command("kibitz.refactor", range=where, instruction="organize imports")
    except KibitzError as error:
        raise refusal or error from None
    diff = _diff(document, answer["edit"])
    return Step(
        "refactor", answer["engine"], watch.ms, True, diff, (("title", "Organize imports\n"), ("diff", diff))
    )


async def generate_tests(client: TourClient) -> Step:
    """The tests that survived being run."""
    watch = Stopwatch()
    answer = await client.command("kibitz.generateTests")
    passed = [t for t in answer["tests"] if t["passed"]]
    title = f"{len(passed)} of {len(answer['tests'])} tests ran and passed"
    dropped = f", {len(answer['dropped'])} were dropped" if answer["dropped"] else ""
    shown = answer.get("module") or ""
    lines = shown.splitlines()
    code = "\n".join(lines[:SHOWN_TEST_LINES])
    more = len(lines) - SHOWN_TEST_LINES
    parts = (
        ("title", f"{title}{dropped}\n"),
        ("code", code),
        ("quote", f"… and {more} more lines\n" if more > 0 else ""),
    )
    return Step("generate-tests", answer["engine"], watch.ms, bool(answer["tests"]), shown, parts)


def _functions(tree: Tree | None) -> list[Definition]:
    return [d for d in tree.definitions if d.kind in CALLABLE and _height(d) >= 3] if tree is not None else []


def _height(definition: Definition) -> int:
    return definition.range.end.line - definition.range.start.line + 1


def _line_halves(document: Document, tree: Tree | None) -> Iterator[tuple[int, int]]:
    """Lines worth completing, from the end of the file up, each cut after about half of its words."""
    tried = 0
    for line in range(len(document.lines) - 1, 0, -1):
        text = document.line(line)
        words = text.split()
        if len(words) < 3 or len(text.strip()) < 16 or text.lstrip()[:1] in "#/*\"'":
            continue
        first = Position(line, len(text) - len(text.lstrip()) + 1)
        if tree is not None and (tree.in_string(first) or tree.in_comment(first)):
            continue
        cut = len(text) - len(text.lstrip())
        while cut < len(text) and cut - (len(text) - len(text.lstrip())) < len(text.strip()) * 0.5:
            cut += 1
        while cut < len(text) and not (text[cut - 1].isspace() or text[cut - 1] in ".(,["):
            cut += 1
        if cut >= len(text) - 2:
            continue
        yield line, cut
        tried += 1
        if tried >= PLACES:
            return


def _blocks(document: Document, tree: Tree | None) -> Iterator[tuple[int, int]]:
    """Runs of two to four lines at one indentation inside functions: what one would extract."""
    tried = 0
    for function in sorted(_functions(tree), key=lambda d: abs(_height(d) - 18)):
        if function.body is None:
            continue
        for size in (4, 3, 2):
            for first in range(function.body.start.line + 1, function.range.end.line - size + 1):
                lines = [document.line(n) for n in range(first, first + size)]
                indents = {len(line) - len(line.lstrip()) for line in lines}
                if len(indents) == 1 and all("=" in line or "(" in line for line in lines):
                    yield first, first + size - 1
                    tried += 1
                    break
            if tried >= PLACES:
                return


def _diff(document: Document, edit: dict[str, Any]) -> str:
    """A WorkspaceEdit on one document as a unified diff."""
    changes = [c for c in edit.get("documentChanges", []) if "edits" in c]
    edits = [e for c in changes for e in c["edits"]] or [
        e for es in edit.get("changes", {}).values() for e in es
    ]
    after = apply_edits(document, [TextEdit(_range(e["range"]), e["newText"]) for e in edits])
    name = document.path.name if document.path else "document"
    lines = difflib.unified_diff(document.text.splitlines(), after.splitlines(), name, name, lineterm="", n=2)
    return "\n".join(lines) + "\n"


def _range(where: dict[str, Any]) -> Range:
    """An LSP range in code points, which the tour's client negotiates."""
    start, end = where["start"], where["end"]
    return Range(Position(start["line"], start["character"]), Position(end["line"], end["character"]))
