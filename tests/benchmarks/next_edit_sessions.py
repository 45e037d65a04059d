"""Edits begun in real files, and the lines that anyone who goes on with them must come to.

What is right is told from the text by rules of its own, not by the code that is measured: a word of one declaration in
one function, lines that are alike but for their names and values, calls with plain arguments.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import NamedTuple

from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Position

KINDS = ("rename", "token", "parameter", "other")

_DECLARED = {
    "python": r"^\s+(\w+) = ",
    "typescript": r"\b(?:let|const|var) (\w+)\b",
    "go": r"^\s+(\w+) := ",
    "rust": r"\blet (?:mut )?(\w+)\b",
    "java": r"^\s+(?:final )?[A-Z]\w*(?:<[\w, ]*>)? (\w+) = ",
}
_SHADOWS = {
    "python": r"(?:lambda|for|def|with|except|global|nonlocal|del)\b[^:\n]*\b{0}\b|\b{0}:|\b{0} = ",
    "typescript": r"(?:let|const|var|function|catch|for) [^=;\n]*\b{0}\b|\b{0}\b[^(\n]*=>|\{{[^}}\n]*\b{0}\b[^}}\n]*\}} =|\(\s*{0}\s*[:,)][^;\n]*\{{",
    "go": r"\b{0}\b[^=\n]*:=|var {0}\b|func\([^)\n]*\b{0}\b|case {0} :=",
    "rust": r"\blet [^=\n]*\b{0}\b|\|[^|\n]*\b{0}\b[^|\n]*\||\bfor [^{{\n]*\b{0}\b[^{{\n]* in |[({{,] *{0} *[,)}}][^;\n]*(?:=>|=[^=])",
    "java": r"\w[\w<>\[\], ]* {0}\b *[=;:,)]|\b{0} ->|\([^)\n]*\b{0}\b[^)\n]*\) ->",
}


class Session(NamedTuple):
    """One edit (a line of a document and its new text), where the cursor is then, and the lines that may come next.

    `rights` maps a line to what it must become. Empty: nothing follows.
    """

    kind: str
    language: str
    document: Document
    line: int
    new: str
    column: int
    rights: dict[int, str]

    @property
    def after(self) -> Document:
        """The document after the edit."""
        lines = self.document.lines.copy()
        lines[self.line] = self.new
        return Document(self.document.uri, "".join(lines), self.language, 2, self.document.path)


def session(kind: str, document: Document, pick: random.Random) -> Session | None:
    """A session in a document, None where the first few places tried give none."""
    tree = parse(document)
    if tree is None or tree.errors or "\r" in document.text:
        return None
    make = {"rename": _rename, "token": _token, "parameter": _parameter, "other": _other}[kind]
    return next((found for _ in range(12) if (found := make(document, tree, pick)) is not None), None)


def _rename(document: Document, tree: Tree, pick: random.Random) -> Session | None:
    """A local variable that is declared once: it has another name where it is declared."""
    functions = [d for d in tree.definitions if d.kind in ("function", "method") and d.body is not None]
    if not functions:
        return None
    function = pick.choice(functions)
    first, last = function.range.start.line, function.range.end.line
    if any(d is not function and d.range.start.line in range(first + 1, last) for d in functions):
        return None
    lines = range(first + 1, last + 1)
    declared = [
        (n, m) for n in lines if (m := re.search(_DECLARED[document.language], document.line(n))) is not None
    ]
    if not declared:
        return None
    line, match = pick.choice(declared)
    name = match.group(1)
    text = "\n".join(document.line(n) for n in range(first, last + 1))
    shadows = re.findall(_SHADOWS[document.language].format(name), text, re.MULTILINE)
    if len(name) < 2 or len(shadows) > 1 or re.search(rf"\bnew_{name}\b", document.text):
        return None
    if any(re.search(rf"\b{name}\b", document.line(n)) for n in range(first, line)):
        return None  # used before: another variable, or declared above
    fresh = f"new_{name}"
    rights = {
        n: after
        for n in range(line + 1, last + 1)
        if (after := _with_name(document, tree, n, name, fresh)) != document.line(n)
    }
    own = _with_name(document, tree, line, name, fresh)
    if not rights or own.count(fresh) != 1:
        return None
    return Session(
        "rename", document.language, document, line, own + "\n", match.start(1) + len(fresh), rights
    )


def _with_name(document: Document, tree: Tree, line: int, name: str, fresh: str) -> str:
    """A line with a variable renamed: no fields, keywords, labels, strings or comments."""
    text = document.line(line)

    def put(match: re.Match[str]) -> str:
        at = Position(line, match.start())
        before, behind = text[: match.start()], text[match.end() :]
        field = re.search(r"(?:(?<!\.)\.|->|::|@)\s*\Z", before) is not None
        keyword = {"python": r"=(?!=)", "typescript": r"\s*:(?!.*\?)", "go": r":(?!=)", "rust": r":(?!:)"}
        named = re.match(keyword.get(document.language, r"(?!)"), behind) and re.search(
            r"(?:[({,]|\A)\s*\Z", before
        )
        code = not tree.in_string(at) and not tree.in_comment(at)
        return fresh if code and not field and not named else match.group()

    return re.sub(rf"\b{name}\b", put, text)


def _token(document: Document, _tree: Tree, pick: random.Random) -> Session | None:
    """One of several lines that are alike gets something more, which all of them want."""
    runs: list[list[int]] = []
    for n in range(len(document.lines)):
        alike = _alike(document.line(n))
        if alike and runs and runs[-1][-1] == n - 1 and _alike(document.line(n - 1)) == alike:
            runs[-1].append(n)
        elif alike:
            runs.append([n])
    runs = [run for run in runs if 3 <= len(run) <= 12]
    if not runs:
        return None
    run = pick.choice(runs)
    changes: list[Callable[[str], str]] = [
        lambda s: re.sub(r"(\w)\)(\W*)\Z", r"\1, extra)\2", s),
        lambda s: re.sub(r" = (?=\w[\w.]*\()", " = await ", s),
        lambda s: re.sub(r"\A(\s*)(?=\w+ = )", r"\1self.", s),
        lambda s: re.sub(r": (\w+)(;|,|$)", r": List[\1]\2", s),
        lambda s: re.sub(r"\A(\s*)(\w+)\.(\w+)\(", r"\1\2.inner.\3(", s),
    ]
    usable = [c for c in changes if all(c(document.line(n)) != document.line(n) for n in run)]
    if not usable:
        return None
    change, line = pick.choice(usable), pick.choice(run)
    after = change(document.line(line))
    edited = document.lines.copy()
    edited[line] = after + "\n"
    there = parse(Document(document.uri, "".join(edited), document.language))
    if there is None or there.errors:
        return None  # this language has no such thing
    rights = {n: change(document.line(n)) for n in run if n != line}
    return Session("token", document.language, document, line, after + "\n", len(after), rights)


def _alike(line: str) -> str:
    """A line without its names and values; empty where there is too little of it to be alike."""
    if len(re.findall(r"\w+|[^\w\s]", line)) < 5 or line.lstrip()[:1] in "#/*\"'":
        return ""
    line = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "s", line)
    return re.sub(
        r"\b(?!await\b|return\b|let\b|const\b|import\b|from\b|if\b|for\b)[A-Za-z_]\w*",
        "n",
        re.sub(r"\b\d[\w.]*", "0", line),
    )


def _parameter(document: Document, tree: Tree, pick: random.Random) -> Session | None:
    """A function loses a parameter, and its calls have the argument still."""
    functions = [
        d
        for d in tree.definitions
        if d.kind in ("function", "method")
        and sum(o.name == d.name for o in tree.definitions) == 1
        and (d.kind == "function" or document.language == "java")
    ]
    pick.shuffle(functions)
    for function in functions[:20]:
        line = function.name_range.start.line
        text = document.line(line)
        start = function.name_range.end.character
        header = re.match(r"\(([^()\[\]{}\"'`<>]*)\)", text[start:])
        if (
            header is None
            or header.group(1).count(",") < 1
            or "*" in header.group(1)
            or "..." in header.group(1)
        ):
            continue
        parts = [part.strip() for part in header.group(1).split(",")]
        if not all(parts) or (document.language == "go" and not all(" " in part for part in parts)):
            continue
        if any("=" in part or part in ("self", "cls", "&self", "/") or "?" in part for part in parts):
            continue
        gone = pick.randrange(len(parts))
        rights: dict[int, str] = {}
        for n in range(len(document.lines)):
            if n == line:
                continue
            found = list(re.finditer(rf"(?<![\w.]){function.name}\(", document.line(n)))
            given = _parts(document.line(n)[found[0].end() :]) if len(found) == 1 else []
            at = Position(n, found[0].start()) if given else Position(n, 0)
            if len(given) == len(parts) and not tree.in_string(at) and not tree.in_comment(at):
                own = document.line(n)
                end = found[0].end() + sum(map(len, given)) + len(given) - 1
                left = ",".join(given[:gone] + given[gone + 1 :])
                rights[n] = own[: found[0].end()] + left + own[end:]
        if rights:
            left = ", ".join(parts[:gone] + parts[gone + 1 :])
            after = text[: start + 1] + left + text[start + header.end(1) :]
            return Session(
                "parameter", document.language, document, line, after + "\n", start + 1 + len(left), rights
            )
    return None


def _parts(text: str) -> list[str]:
    """The arguments up to the bracket that closes them; none where that is not on the line."""
    depth, parts, begin = 0, [], 0
    blank = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`", lambda m: "s" * len(m.group()), text)
    for at, char in enumerate(blank):
        if char in ",)" and not depth:
            parts.append(text[begin:at])
            begin = at + 1
            if char == ")":
                return parts if all(p.strip() and "=" not in p for p in parts) else []
        depth += (char in "([{") - (char in ")]}")
    return []


def _other(document: Document, tree: Tree, pick: random.Random) -> Session | None:
    """A value or one use of a name is changed, or a line gets a comment: nothing follows from that."""
    line = pick.randrange(len(document.lines))
    text = document.line(line)
    change = pick.choice(
        [
            (r"\b\d+\b", "4711"),
            (r"\"[^\"\\\n]+\"", '"another text"'),
            (r"\A(\s+)return (\w+)", r"\1return other_\2"),
            (r"\((\w+)\)", r"(other_\1)"),
        ]
    )
    after = re.sub(*change, text, count=1)
    at = len(text) - len(text.lstrip())
    if after == text or tree.in_comment(Position(line, at)) or re.search(r"\b(def|fn|func|function)\b", text):
        return None
    if re.search(r"\bcatch\b|^\s*(public|private|protected|static)\b|=>|->|\|", text):
        return None  # a parameter is no use of a name
    return Session("other", document.language, document, line, after + "\n", len(after), {})
