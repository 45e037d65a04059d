"""Refactorings made from the tree, run: random JavaScript programs do the same before and after, call by call.

    python tests/benchmarks/tree_meaning.py [--count 2000] [--seed 6] [--show 3]

The programs are made of calls that write a log and change what others read, of short circuits, loops, closures, and names
that shadow one another. One refactoring is done at a random place of each, both texts are run by Node with several
arguments, and the logs and results are compared. The baseline of the same run pastes the expression into a
declaration above its line, or replaces the name everywhere in its function. Prints per kind how many were done and how
many programs then did something else. Exits 1 where one did; needs `node`.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tree_refactorings import NEW, naive, place

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.perform import Rewriting, rewritten
from kibitz.syntax.tree import parse
from kibitz.text import Document

Pair = tuple[str, str, str]
"""A kind, the program before and after."""
KINDS: tuple[Rewriting, ...] = (
    *("inline", "inline", "inline", "extract_variable", "extract_variable"),
    *("rename", "invert_if", "guard_clause"),
    *("extract_function", "extract_function", "extract_function"),
)
HEAD = """let q = null;
const p = { x: 7 };
const o = { x: 1, y: 2, z: 3, m(t) { said('m', [t]); this.y = (this.y + 1) % 5; return this.y } };
let g = 1, h = 2;
function f0(...t) { said('f0', t); g = (g + 1) % 7; return g }
function f1(...t) { said('f1', t); o.x = (o.x + 1) % 4; return o.x }
function f2(...t) { said('f2', t); return t.length > 1 ? 0 : 4 }
function f3(...t) { said('f3', t); q = q ? null : o; return typeof t[0] === 'function' ? t[0]() : t[0] }
"""
RUNNER = r"""
const fs = require('fs'), vm = require('vm');
const before = `let log = [], n = 0;
const shown = (v) => typeof v === 'function' ? 'a function' : String(v);
const said = (name, t) => { if (++n > 400) throw 'many'; log.push(name + t.map(shown)); };
`;
const after = `const out = [];
for (const r of [r0, r1]) for (const [a, b] of [[0, 1], [2, 0], ['x', 3]]) {
  n = 0; try { out.push(shown(r(a, b))) } catch (e) { out.push('E' + (e.name || e)) }
}
JSON.stringify([out, log])`;
const run = (code) => {
  try { return vm.runInNewContext(before + code + after, {}, { timeout: 2000 }) } catch (e) { return 'E' + e }
};
for (const [old, made] of JSON.parse(fs.readFileSync(process.argv[2]))) console.log(run(old) === run(made));
"""


class Program:
    """Two random functions."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._number = 0
        self._lets: list[str] = []

    def text(self) -> str:
        """The program."""
        functions = []
        for name in ("r0", "r1"):
            self._lets = []
            functions.append(f"function {name}(a, b) {{\n{self._block(['a', 'b'], 0)}\n}}\n")
        return "".join(functions)

    def _name(self, known: list[str]) -> str:
        return self._dice.choice(known)

    def _expression(self, known: list[str], depth: int = 0) -> str:
        dice = self._dice
        if depth > 3 or dice.random() < 0.25:
            return dice.choice([*known, *known, str(dice.randint(0, 9)), "'s'", "o.x", "o.y", "g"])
        one, other = (self._expression(known, depth + 1) for _ in range(2))
        left, right = (each if re.fullmatch(r"[\w.]+", each) else f"({each})" for each in (one, other))
        sign = dice.choice(["+", "-", "*", "<", "===", "!==", "%", "|", "&&", "||", "??", ",", "+", "-"])
        call, shadow = f"f{dice.randint(0, 3)}", dice.choice(["a", "b", "c", "v"])
        inner = self._expression([*known, shadow], depth + 1)
        return dice.choice(
            [
                *(
                    f"({left} {sign} {right})",
                    f"{left} {dice.choice('+-*<')} {right}",
                    f"!{left}",
                    f"-{left}",
                ),
                *(
                    f"{call}({one})",
                    f"{call}({one}, {other})",
                    f"o.m({one})",
                    f"q?.m({one})",
                    f"{call}(() => {left})",
                ),
                *(
                    f"({left} ? {right} : {dice.choice(known)})",
                    f"`t${{{one}}}u${{{other}}}`",
                    f"[{one}, {other}].length",
                ),
                *(
                    f"({{ k: {one}, x: {other} }}).k",
                    f"[{one}, 2][0]",
                    f"(({shadow}) => {shadow} + ({inner}))({one})",
                ),
                *(f"({dice.choice(['g', 'o.x', 'h'])} = {one})", dice.choice(["g++", "o.x++", "++h"])),
            ]
        )

    def _block(self, known: list[str], depth: int) -> str:
        inner = list(known)
        own: set[str] = set()
        lines = [self._statement(inner, own, depth) for _ in range(self._dice.randint(2, 5))]
        return "\n".join("  " + line for text in lines for line in text.split("\n"))

    def _statement(self, known: list[str], own: set[str], depth: int) -> str:
        dice = self._dice
        value = self._expression(known, dice.choice([0, 2, 3]))
        kind = dice.choice(
            ["const"] * 4 + ["call", "call", "assign", "if", "else", "for", "each", "short", "guard"]
        )
        if depth > 2 and kind in ("if", "else", "for", "each", "guard"):
            kind = "call"
        if kind == "const":
            self._number += 1
            fresh = [name for name in ("c", "d", f"v{self._number}") if name not in own and name not in value]
            name = dice.choice(fresh)
            own.add(name)
            word = dice.choice(["const", "const", "let"])
            if word == "let":
                self._lets.append(name)
            if name not in known:
                known.append(name)
            return f"{word} {name} = {value};"
        call = f"f{dice.randint(0, 3)}({value}, {self._expression(known, 2)});"
        if kind == "assign":
            lets = [name for name in self._lets if name.startswith("v") and name in known]
            return f"{dice.choice([*lets, 'g', 'o.x'])} = {value};"
        if kind == "short":
            return f"if ({value}) {call}"
        if kind in ("for", "each"):
            self._number += 1
            name = f"i{self._number}"
            body = self._block([*known, name], depth + 1)
            head = (
                f"let {name} = 0; {name} < 3; {name}++" if kind == "for" else f"const {name} of [{value}, 2]"
            )
            return f"for ({head}) {{\n{body}\n}}"
        if kind in ("if", "else", "guard"):
            body = self._block(known, depth + 1)
            if kind == "guard":
                return f"if ({value}) {{\n{body}\n  return {self._expression(known)};\n}}"
            other = f" else {{\n{self._block(known, depth + 1)}\n}}" if kind == "else" else ""
            return f"if ({value}) {{\n{body}\n}}{other}"
        return call


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--show", type=int, default=3)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    made: list[Pair] = []
    plain: list[Pair] = []
    while len(made) < options.count:
        document = Document("file:///program.js", HEAD + Program(dice).text(), "javascript")
        tree = parse(document)
        if tree is None or tree.errors:
            continue
        for _ in range(12):
            kind = dice.choice(KINDS)
            where = place(tree, kind, dice)
            if where is None:
                continue
            name = NEW if kind in ("rename", "extract_variable", "extract_function") else None
            try:
                text = rewritten(document, kind, where, name)
            except KibitzError:
                text = ""
            pasted = naive(document, kind, where)
            if pasted is not None and len(plain) < options.count // 2:
                plain.append((kind, document.text, pasted))
            if text:
                made.append((kind, document.text, text))
    wrong = different(made)
    done = Counter(kind for kind, _, _ in made)
    failed = Counter(kind for kind, _, _ in wrong)
    for each in sorted(done):
        print(f"{each:20}{done[each]:6} done{failed[each]:6} do something else")
    naively = different(plain)
    print(f"{'plain edits':20}{len(plain):6} done{len(naively):6} do something else")
    for each, old, new in wrong[: options.show]:
        print(f"=== {each}")
        print(
            "\n".join(list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm=""))[2:30])
        )
    return 1 if wrong else 0


def different(pairs: list[Pair]) -> list[Pair]:
    """The pairs of programs that do not do the same."""

    with tempfile.TemporaryDirectory() as folder:
        runner, texts = Path(folder) / "run.js", Path(folder) / "texts.json"
        runner.write_text(RUNNER, "utf-8")
        texts.write_text(json.dumps([pair[1:] for pair in pairs]), "utf-8")
        said = subprocess.run(["node", str(runner), str(texts)], capture_output=True, text=True, check=True)
    same = said.stdout.split()
    return [pair for pair, equal in zip(pairs, same, strict=True) if equal != "true"]


if __name__ == "__main__":
    sys.exit(main())
