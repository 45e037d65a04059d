"""Good and bad refactorings in TypeScript, Go, Rust and Java: the same catalogues and operators, made on the text of a function.

Comments and strings are blanked in a shadow of the text, and places are looked for there. Each rewrite is right (or wrong) by
construction: what a place must look like for that is in its pattern.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from corpora import SOURCES, fetch
from refactorings_corpus import LEAST_LINES, MOST_FILE, MOST_LINES, Case, chosen, shifted

from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document

SUFFIX = {"typescript": "ts", "go": "go", "rust": "rs", "java": "java"}
_HIDDEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])'|`(?:\\.|[^`\\])*`", re.DOTALL
)
_QUOTED = re.compile(r"'(?:\\.|[^'\\\n])*'")
OPPOSITE = {"===": "!==", "!==": "===", "==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<="}
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!=", "===": "===", "!==": "!=="}
_IF = re.compile(r"^([ \t]*)if (.+) \{$", re.MULTILINE)
Found = Iterator[str]


class Piece(NamedTuple):
    """A function's text, its shadow without comments and strings, and its language."""

    language: str
    code: str
    shadow: str

    def with_edits(self, *edits: tuple[int, int, str]) -> str:
        """The text after edits that do not overlap."""
        code = self.code
        for start, end, new in sorted(edits, reverse=True):
            code = code[:start] + new + code[end:]
        return code


class BraceFunction(NamedTuple):
    """A function of a file: offsets of its first and after its last line."""

    language: str
    path: Path
    text: str
    name: str
    start: int
    end: int


Find = Callable[[Piece], Found]
_Good = tuple[str, Find, str]
GOOD: list[_Good] = []
BAD: list[_Good] = []


def kept(table: list[_Good], name: str, ask: str = "") -> Callable[[Find], Find]:
    def keep(find: Find) -> Find:
        table.append((name, find, ask))
        return find

    return keep


def shadow(code: str, language: str) -> str:
    """The text with comments and strings blanked, as long as it was."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", "\x00", match[0])

    hidden = _HIDDEN.sub(blank, code)
    return _QUOTED.sub(blank, hidden) if language == "typescript" else hidden


def piece(language: str, code: str) -> Piece:
    """A function's text, ready to be changed."""
    return Piece(language, code, shadow(code, language))


def functions(cache: Path, which: str, languages: tuple[str, ...]) -> list[list[BraceFunction]]:
    """The functions of each project of a set that can be refactored."""
    found = []
    for source in chosen(SOURCES, which, languages):
        if source.name != "x-tools":
            project = fetch(source, cache)
            paths = sorted(project.root.rglob(f"*.{SUFFIX[source.language]}")) if project else []
            own = [
                f
                for path in paths[:150]
                if "test" not in path.name
                for f in _functions(source.language, path)
            ]
            found += [own] if own else []
    return found


def _functions(language: str, path: Path) -> Iterator[BraceFunction]:
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        return
    document = Document(path.as_uri(), text, language, 1, path)
    tree = parse_fresh(document) if text.count("\n") < MOST_FILE and "\r" not in text else None
    if tree is None or tree.errors:
        return
    for found in tree.definitions:
        first, last = found.range.start.line, found.range.end.line
        if found.kind in ("function", "method") and LEAST_LINES <= last - first <= MOST_LINES:
            start, end = document.line_starts[first], document.line_starts[last] + len(document.lines[last])
            if text[start:end].rstrip().endswith("}") and "{" in text[start:end]:
                yield BraceFunction(language, path, text, found.name, start, end)


def _closing(shade: str, opening: int) -> int:
    """Where the brace that an opening one belongs to is; -1 where there is none."""
    depth = 0
    for at in range(opening, len(shade)):
        depth += {"{": 1, "}": -1}.get(shade[at], 0)
        if depth == 0:
            return at
    return -1


class Branch(NamedTuple):
    """An `if` on a line of its own: the offsets of its line, its condition and its bodies (first line to closing line)."""

    start: int
    test: tuple[int, int]
    body: tuple[int, int]
    other: tuple[int, int] | None
    end: int
    pad: str


def branches(p: Piece) -> Iterator[Branch]:
    """The `if` statements that are written over several lines and go on with a plain `else` or nothing."""
    for match in _IF.finditer(p.shadow):
        test = match.span(2)
        condition = p.shadow[slice(*test)]
        if ";" in condition or ":=" in condition or re.match(r"let\b", condition) or " let " in condition:
            continue
        if p.language in ("typescript", "java"):
            if not (condition.startswith("(") and condition.endswith(")")) or not _one_pair(condition):
                continue
            test = (test[0] + 1, test[1] - 1)
        close = _closing(p.shadow, match.end() - 1)
        if close < 0 or p.shadow[p.shadow.rfind("\n", 0, close) + 1 : close].strip():
            continue
        body = (match.end() + 1, p.shadow.rfind("\n", 0, close) + 1)
        rest = p.shadow[close : (p.shadow + "\n").index("\n", close)]
        if rest == "}" and not p.shadow[close + 1 :].lstrip().startswith("else"):
            yield Branch(match.start(), test, body, None, close + 1, match[1])
        elif rest == "} else {":
            last = _closing(p.shadow, close + len(rest) - 1)
            row = p.shadow.rfind("\n", 0, last) + 1
            if last > 0 and not p.shadow[row:last].strip() and p.shadow[last + 1 : last + 2] in ("\n", ""):
                yield Branch(match.start(), test, body, (close + len(rest) + 1, row), last + 1, match[1])


def _one_pair(text: str) -> bool:
    depth = 0
    for at, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and at < len(text) - 1:
            return False
    return depth == 0


def opposite(text: str) -> str:
    """A condition's opposite."""
    found = re.fullmatch(r"([\w.]+) (===|!==|==|!=) ([\w.]+)", text)
    if found:
        return f"{found[1]} {OPPOSITE[found[2]]} {found[3]}"
    if re.fullmatch(r"![\w.]+(\([\w., ]*\))?", text):
        return text[1:]
    return f"!{text}" if re.fullmatch(r"[\w.]+(\([\w., ]*\))?", text) else f"!({text})"


_DECLARED = {
    "typescript": r"\b(?:const|let)\s+(\w+)(?:: [\w<>\[\]. |]+)? = ",
    "go": r"(?m)^\s*(\w+) := ",
    "rust": r"\blet (?:mut )?(\w+)(?:: [\w<>&]+)? = ",
    "java": r"(?m)^\s+(?:final )?[A-Z][\w<>,. \[\]]* (\w+) = |^\s+(?:int|long|boolean) (\w+) = ",
}


def local_uses(p: Piece) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Each local that is declared once, and all its places; one that a string or a field may also mean is left out."""
    names = [next(g for g in m.groups() if g) for m in re.finditer(_DECLARED[p.language], p.shadow)]
    for name in dict.fromkeys(names):
        words = [m.span() for m in re.finditer(rf"\b{name}\b", p.shadow)]
        everywhere = len(re.findall(rf"\b{name}\b", p.code))
        odd: object = re.search(
            rf"[.#]{name}\b|\b{name}\s*:[^=]|[{{,]\s*{name}\s*[,}}]|(fn|func|function) {name}\b", p.shadow
        )
        odd = odd or re.search(rf"[(|,]\s*{name}\s*(=>|\||,\s*\w+\s*\|)", p.shadow)
        # `x := x.y` reads another x
        odd = odd or (len(words) > 1 and "\n" not in p.shadow[words[0][1] : words[1][0]])
        if len(name) > 1 and names.count(name) == 1 and everywhere == len(words) > 1 and not odd:
            yield name, words


@kept(GOOD, "rename local", "Rename the local variable to something clearer.")
def _rename(p: Piece) -> Found:
    for name, words in local_uses(p):
        new = f"{name}_value" if p.language == "rust" else f"{name}Value"
        if new not in p.code:
            yield p.with_edits(*((start, end, new) for start, end in words))


@kept(GOOD, "invert if", "Invert the if.")
def _invert(p: Piece) -> Found:
    for b in branches(p):
        if b.other is not None:
            one, two = p.code[slice(*b.body)], p.code[slice(*b.other)]
            yield p.with_edits((*b.test, opposite(p.code[slice(*b.test)])), (*b.body, two), (*b.other, one))


@kept(GOOD, "extract variable", "Extract a variable for the result.")
def _extract(p: Piece) -> Found:
    word = {
        "typescript": "const result = ",
        "go": "result := ",
        "rust": "let result = ",
        "java": "var result = ",
    }
    single = p.shadow.count("func") == 1 and re.search(r"\) \*?[\w.]+ \{\n", p.shadow)
    for m in re.finditer(r"(?m)^([ \t]+)return ([\w.]+\(.+\)(?: [+&|=!<>-]{1,3} .+)?)(;?)$", p.shadow):
        inner = m[2]
        if p.language == "go" and not single:  # several results cannot be one variable
            continue
        if re.search(r"\bresult\b|[{}]|=>|\?|, ", inner) or inner.count("(") != inner.count(")"):
            continue
        if (
            (m[3] == ";") == (p.language != "go")
            and not re.search(r"\bresult\b", p.code)
            and p.language != "java"
        ):
            text = p.code[m.start(2) : m.end(2)]
            yield p.with_edits(
                (*m.span(), f"{m[1]}{word[p.language]}{text}{m[3]}\n{m[1]}return result{m[3]}")
            )


@kept(GOOD, "flip comparison", "Write the comparison the other way round.")
def _flip(p: Piece) -> Found:
    for m in re.finditer(
        r"(?<=[( ])([a-z]\w*(?:\.\w+)*) (===|!==|==|!=|<=|>=|<|>) ([a-z]\w*(?:\.\w+)*|\d+)(?=[) ])", p.shadow
    ):
        around = p.shadow[m.start() - 3 : m.start()] + "|" + p.shadow[m.end() : m.end() + 3]
        if re.search(r"[-+*/%<>=.!?:]", around) or m[1] in ("let", "return", "if", "for", "extends"):
            continue
        yield p.with_edits((*m.span(), f"{m[3]} {_FLIPPED[m[2]]} {m[1]}"))


@kept(GOOD, "De Morgan", "Simplify the condition.")
def _de_morgan(p: Piece) -> Found:
    for b in branches(p):
        found = re.fullmatch(
            r"(!?[\w.]+(?:\([\w., ]*\))?) (&&|\|\|) (!?[\w.]+(?:\([\w., ]*\))?)", p.code[slice(*b.test)]
        )
        if found:
            word = "||" if found[2] == "&&" else "&&"
            yield p.with_edits((*b.test, f"!({opposite(found[1])} {word} {opposite(found[3])})"))


@kept(GOOD, "remove redundant else", "Remove the redundant else.")
def _no_else(p: Piece) -> Found:
    for b in branches(p):
        rows = p.shadow[slice(*b.body)].rstrip().rsplit("\n", 1)
        leaves = re.match(r"\s*(return\b.*;?|throw .*;|continue;?|break;?)$", rows[-1])
        if b.other is None or not leaves or p.language == "rust":
            continue
        block = p.code[slice(*b.other)]
        if p.code[p.code.rfind("\n", 0, b.start) + 1 : b.start].strip() or re.search(
            r"(?m)^\s*(?:const|let|var|\w+ :=|\w+ \w+ =)", block
        ):
            continue
        unit = 1 if p.language == "go" else len(block) - len(block.lstrip(" ")) - len(b.pad)
        moved = (
            "".join(r[1:] for r in block.splitlines(True)) if p.language == "go" else shifted(block, -unit)
        )
        if unit > 0:
            yield p.with_edits((b.body[1], b.end, f"{b.pad}}}\n{moved.rstrip(chr(10))}"))


@kept(GOOD, "conditional expression to if", "Write it as an if statement.")
def _ternary(p: Piece) -> Found:
    if p.language in ("typescript", "java"):
        for m in re.finditer(r"(?m)^( +)return ([^?:\n{}]+) \? ([^?:\n{}]+) : ([^?:\n{}]+);$", p.shadow):
            if all(part.count("(") == part.count(")") for part in m.groups()):
                test, one, two = (p.code[slice(*m.span(n))] for n in (2, 3, 4))
                pad = m[1]
                yield p.with_edits(
                    (*m.span(), f"{pad}if ({test}) {{\n{pad}  return {one};\n{pad}}}\n{pad}return {two};")
                )


@kept(GOOD, "merge nested ifs", "Merge the nested ifs.")
def _merge(p: Piece) -> Found:
    for b in branches(p):
        for inner in branches(p):
            if b.other or inner.other or inner.start != b.body[0] or inner.end + 1 != b.body[1]:
                continue
            sides = [p.code[slice(*x.test)] for x in (b, inner)]
            if not any("||" in side or "?" in side for side in sides):
                body = p.code[slice(*inner.body)]
                less = (
                    "".join(r[1:] for r in body.splitlines(True))
                    if p.language == "go"
                    else shifted(body, len(b.pad) - len(inner.pad))
                )
                yield p.with_edits((*b.test, " && ".join(sides)), (*b.body, less))


@kept(GOOD, "add comments", "Explain the steps with comments.")
def _comment(p: Piece) -> Found:
    for b in branches(p):
        yield p.with_edits((b.start, b.start, f"{b.pad}// This is the special case.\n"))


@kept(GOOD, "extract constant", "Replace the magic number with a named constant.")
def _constant(p: Piece) -> Found:
    made = {"typescript": "const limit = {};", "go": "const limit = {}", "java": "final int limit = {};"}
    head = re.search(r"\{\n(?:[ \t]*\n)*([ \t]+)", p.shadow)
    for m in re.finditer(r"(?<=[<>=+*-] )(\d{1,6})(?=[;) ])", p.shadow):
        if (
            p.language in made
            and head
            and int(m[1]) > 1
            and not re.search(r"\blimit\b", p.code)
            and m.start() > head.end()
        ) and "case" not in p.shadow[p.shadow.rfind("\n", 0, m.start()) : m.start()]:
            at = head.start(1)
            yield p.with_edits((at, at, f"{head[1]}{made[p.language].format(m[1])}\n"), (*m.span(), "limit"))


def _parses(function: BraceFunction, text: str) -> bool:
    tree = parse_fresh(Document(function.path.as_uri(), text, function.language, 1, function.path))
    return tree is not None and not tree.errors


def _applied(language: str, code: str, find: Find, rng: random.Random) -> str | None:
    made = [new for new in find(piece(language, code)) if new != code]
    return rng.choice(made) if made else None


def cases(
    packages: list[list[BraceFunction]], good: bool, count: int, seed: int, only: str
) -> Iterator[Case]:
    """Cases of one kind, every operator in its turn; bad ones mostly inside of a good rewrite."""
    table = [row for row in (GOOD if good else BAD) if only in row[0]]
    made = 0
    for turn in range(count * 3 if table and packages else 0):
        name, find, ask = table[turn % len(table)]
        for attempt in range(40):
            rng = random.Random(f"{seed}:{good}:{turn}:{attempt}")
            function = rng.choice(rng.choice(packages))
            code, names = function.text[function.start : function.end], [name]
            for _ in range(rng.choice((0, 0, 1)) if good else rng.choice((0, 1, 1, 1, 2))):
                other, more, asked = rng.choice(GOOD)
                changed = _applied(function.language, code, more, rng)
                if changed is not None:
                    code, names, ask = changed, [*names, other], ask or asked
            after = _applied(function.language, code, find, rng)
            if after is None:
                continue
            text = function.text[: function.start] + after + function.text[function.end :]
            if text == function.text or not _parses(function, text):
                continue
            near = (
                function.text.count("\n", 0, function.start),
                function.text.count("\n", 0, function.end - 1),
            )
            words = f"{function.name}: {' + '.join(names)}"
            made += 1
            yield Case(function.language, good, name, function.path, function.text, text, near, ask, words)
            break
        if made == count:
            return
