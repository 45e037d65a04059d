"""Problems put into real files: each one such as people make, at a random place, in the words of its language."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kibitz.syntax.tree import CALLABLE, Definition, Tree, parse
from kibitz.text import Document


class Seeded(NamedTuple):
    """A text with one problem more than before."""

    kind: str
    text: str


Seeder = Callable[[Document, Tree, random.Random], str | None]

_STEP = {
    "python": "    ",
    "typescript": "  ",
    "javascript": "  ",
    "go": "\t",
    "rust": "    ",
    "java": "    ",
    "c": "  ",
}


def seeded(document: Document, kinds: dict[str, Seeder], chance: random.Random) -> Iterator[Seeded]:
    """One text for each kind of problem that finds a place in the document."""
    tree = parse(document)
    if tree is None or tree.errors:
        return
    for kind, seeder in kinds.items():
        text = seeder(document, tree, chance)
        if text is not None and text != document.text:
            yield Seeded(kind, text)


def _functions(tree: Tree) -> list[Definition]:
    return [d for d in tree.definitions if d.kind in CALLABLE and d.body is not None]


def _put(document: Document, at: int, text: str, end: int | None = None) -> str:
    return document.text[:at] + text + document.text[at if end is None else end :]


def statement(*choices: str) -> Seeder:
    """One of some statements at the start of a function's body."""

    def seed(document: Document, tree: Tree, chance: random.Random) -> str | None:
        spots = []
        for function in _functions(tree):
            assert function.body is not None
            start = document.offset(function.body.start)
            first = document.text[start : document.offset(function.body.end)]
            if document.language == "python":
                margin = document.line(function.body.start.line)[: function.body.start.character]
                if not margin.strip() and not first.startswith(('"', "'", "r'", 'r"', "...")):
                    spots.append((start, "", margin))
            elif re.match(r"\{[ \t]*\n", first) and first.count("\n") > 1:
                line = document.line(function.range.start.line)
                margin = line[: len(line) - len(line.lstrip())] + _STEP[document.language]
                spots.append((start + 1, "\n" + margin, margin))
        words = [c for c in choices if not _known(document.text, c)]
        if not spots or not words:
            return None
        at, before, margin = chance.choice(spots)
        lines = chance.choice(words).replace("\n", "\n" + margin)
        return _put(document, at, before + lines + ("" if before else "\n" + margin))

    return seed


def _known(text: str, words: str) -> bool:
    """Whether the names that a seed is about are in the file already."""
    return any(
        re.search(rf"\b{name}\b", text)
        for name in re.findall(r"\b(?:unused_\w+|(?!None)[A-Z]\w+|json|os|strings|sort|shlex)\b", words)
    )


def top(after: str, *choices: str) -> Seeder:
    """One of some lines behind the last line that a regular expression finds, else nowhere."""
    pattern = re.compile(after, re.MULTILINE)

    def seed(document: Document, tree: Tree, chance: random.Random) -> str | None:
        found = [
            m for m in pattern.finditer(document.text) if not tree.in_string(document.position(m.start()))
        ]
        lines = [
            c
            for c in choices
            if not re.search(rf"\b{re.split(r'[^a-zA-Z_]', c.strip('; '))[-1]}\b", document.text)
        ]
        if not found or not lines:
            return None
        return _put(document, found[-1].end(), chance.choice(lines) + "\n")

    return seed


def inside(pattern: str, put: str) -> Seeder:
    """A random match of a regular expression in the code of a file, replaced."""
    compiled = re.compile(pattern, re.MULTILINE)

    def seed(document: Document, tree: Tree, chance: random.Random) -> str | None:
        found = [
            m
            for m in compiled.finditer(document.text)
            if not tree.in_string(document.position(m.start() + 1))
            and not tree.in_comment(document.position(m.start() + 1))
        ]
        if not found:
            return None
        match = chance.choice(found)
        return _put(document, match.start(), match.expand(put), match.end())

    return seed


def misspelt(document: Document, tree: Tree, chance: random.Random) -> str | None:
    """Two letters of a local name swapped where it is used."""
    spots = []
    for function in _functions(tree):
        names = {n.name for n in tree.scope(function.body.end if function.body else function.range.end)}
        assert function.body is not None
        inner = [i for i in tree.references_in(function.body) if i.kind == "name"]
        for use in inner:
            offset = document.offset(use.range.start)
            before = document.text[offset - 1 : offset]
            many = sum(other.name == use.name for other in inner) > 2
            if use.name in names and len(use.name) > 4 and many and before not in (".", "'", '"', ":"):
                spots.append(use)
    if not spots:
        return None
    use = chance.choice(spots)
    at = [i for i in range(1, len(use.name) - 1) if use.name[i] != use.name[i + 1]]
    i = chance.choice(at) if at else 0
    wrong = use.name[:i] + use.name[i + 1] + use.name[i] + use.name[i + 2 :]
    if re.search(rf"\b{re.escape(wrong)}\b", document.text) or not at:
        return None
    return _put(document, document.offset(use.range.start), wrong, document.offset(use.range.end))


PYTHON: dict[str, Seeder] = {
    "unused import": top(
        r"^(?:import|from) [\w., ]+\n", "import shlex", "import bisect", "from fractions import Fraction"
    ),
    "unused of several": inside(r"^(from [\w.]+ import \w+)$", r"\1, unused_thing"),
    "unused variable": statement("unused_value = 17", "unused_text = 'none'", "unused_result = len('abc')"),
    "misspelt name": misspelt,
    "missing import": statement(
        "json.dumps({})", "Path('x').exists()", "defaultdict(list)", "shlex.split('a b')"
    ),
    "missing self": inside(r"^(    def [a-z]\w*)\(self, ", r"\1("),
    "missing colon": inside(r"^( +(?:if|for|while) [^\n:#'\"]+):$", r"\1"),
    "comparison to None": inside(r"\b(\w+) is None:$", r"\1 == None:"),
    "f-string": inside(r"(\(|= )('[\w ]+')", r"\1f\2"),
    "bare except": inside(r"except Exception:", "except:"),
    "mutable default": inside(r"^( *def \w+\(self, \w+)=None\)", r"\1=[])"),
    "semicolon": inside(r"^( +return \w+)$", r"\1;"),
    "trailing blanks": inside(r"^( +return \w+)$", r"\1  "),
    "value that may be None": statement(
        "unused_list: list | None = [] if id(1) else None\nunused_list.append(1)",
        "unused_list: list | None = [] if id(1) else None\nprint(unused_list[0])",
        "unused_list: list | None = [] if id(1) else None\nfor _ in unused_list:\n    pass",
    ),
}
TYPESCRIPT: dict[str, Seeder] = {
    "unused import": top(
        r"^import [^;\n]+ from ['\"][^'\"\n]+['\"];?\n", "import { unusedThing } from 'node:path'"
    ),
    "unused of several": inside(r"^import \{ (\w+) \} from", r"import { \1, unusedThing } from"),
    "unused variable": statement(
        "const unused_value = 17", "let unused_text = 'none'", "const unused_call = String(1)"
    ),
    "misspelt name": misspelt,
    "missing bracket": inside(r"^(\s+return \w+\(\w+)\)(;?)$", r"\1\2"),
    "misspelt method": inside(r"\.(push|slice|indexOf|forEach)\(", r".\1e("),
    "value that may be undefined": statement(
        "const unused_list: string[] | undefined = [['a']].find(String); unused_list.sort();",
        "const unused_list: string[] | undefined = [['a']].find(String); if (unused_list.length) String(1);",
    ),
    "class without new": statement("const unused_map = Map(); String(unused_map);"),
    "promise": statement("async function unused_call(): number { return 1; } String(unused_call);"),
}
SCRIPT: dict[str, Seeder] = {
    "unused variable": statement("const unused_value = 17;", "const unused_call = String(1);"),
    "let never reassigned": inside(r"^(\s+)const (\w+) = ", r"\1let \2 = "),
    "loose equality": inside(r" === ", " == "),
    "missing semicolon": inside(r"^(\s+return [\w.]+);$", r"\1"),
    "extra semicolon": inside(r"^(\s+return [\w.]+);$", r"\1;;"),
    "debugger": statement("debugger;"),
    "var": statement("var unused_old = 1; String(unused_old);"),
    "unused import": top(
        r"^import [^;\n]+ from ['\"][^'\"\n]+['\"];?\n", "import { unusedThing } from 'node:path';"
    ),
    "trailing blanks": inside(r"^(\s+return [\w.]+;)$", r"\1  "),
}
GO: dict[str, Seeder] = {
    "unused import": inside(r"^import \(\n", 'import (\n\t"container/ring"\n'),
    "unused variable": statement("unused_value := 17", 'unused_call := len("abc")', "var unused_text string"),
    "misspelt name": misspelt,
    "missing import": statement('_ = strings.ToUpper("a")', "sort.Ints(nil)", "os.Getpid()"),
    "no new variables": inside(r"^(\t+)(\w+) = (\w+)$", r"\1\2 := \3"),
    "misspelt method": inside(r"\.(Len|String|Error)\(\)", r".\1e()"),
    "missing bracket": inside(r"^(\t+return \w+\(\w+)\)$", r"\1"),
    "misspelt function": inside(r"\b(fmt|strings|strconv|errors|os)\.([A-Z]\w{3,})\(", r"\1.\2e("),
    "other type": statement(
        "unused_n := 17\nvar unused_m int64 = unused_n\n_ = unused_m",
        'unused_n := "a"\nvar unused_m []byte = unused_n\n_ = unused_m',
    ),
    "values left out": inside(r"^(\t+return) [\w.]+, (\w+)$", r"\1 \2"),
}
RUST: dict[str, Seeder] = {
    "unused import": top(r"^use [\w:]+;\n", "use std::collections::BTreeMap;", "use std::rc::Rc;"),
    "unused variable": statement("let unused_value = 17;", 'let unused_text = "none";'),
    "needless mut": statement("let mut unused_m = 17; let _ = unused_m;"),
    "missing mut": statement("let unused_v = [3, 1]; unused_v.reverse();"),
    "misspelt name": misspelt,
    "missing semicolon": statement("let unused_s = 1\n    ; let _ = unused_s;", "let _ = 1"),
    "missing import": statement("let _ = HashMap::<u8, u8>::new();"),
    "needless parentheses": inside(r"^(\s+)if (\w+) \{$", r"\1if (\2) {"),
    "misspelt method": inside(r"\.(len|is_empty|clone|push)\(", r".\1s("),
    "other type": statement(
        "let unused_v = 1u8; let unused_r: &u8 = unused_v; let _ = unused_r;",
        "let unused_r: Option<u8> = 1u8; let _ = unused_r;",
    ),
    "pattern left out": statement("match Some(1u8) {\n    None => {}\n}"),
}
JAVA: dict[str, Seeder] = {
    "unused import": top(r"^import [\w.]+;\n", "import java.util.zip.Adler32;", "import java.util.TimeZone;"),
    "unused variable": statement("int unused_value = 17;", 'String unused_text = "none";'),
    "misspelt name": misspelt,
    "missing semicolon": inside(r"^(\s+return \w+);$", r"\1"),
    "missing import": statement(
        "BigDecimal.valueOf(1);", 'Pattern.compile("a");', "Collections.emptyList();"
    ),
    "missing bracket": inside(r"^(\s+\w+\.\w+\(\w+)\);$", r"\1;"),
    "narrower number": statement("long unused_l = 1L; int unused_i = unused_l; String.valueOf(unused_i);"),
    "unhandled exception": statement("Thread.sleep(1);", 'new java.io.FileReader("a");'),
}
C: dict[str, Seeder] = {
    "unused variable": statement("int unused_value = 17;", "const char *unused_text = 0;"),
    "misspelt name": misspelt,
    "missing semicolon": inside(r"^(\s+return \w+);$", r"\1"),
    "missing bracket": inside(r"^(\s+\w+\(\w+)\);$", r"\1;"),
    "access by a point": statement(
        "struct unused_t { int a; } unused_s, *unused_p = &unused_s; unused_p.a = 1;",
        "struct unused_t { int a; } unused_s; unused_s->a = 1; if (unused_s.a) unused_s.a = 2;",
    ),
    "format": statement(
        '__builtin_printf("%d %s", 1L, "a");', '__builtin_printf("%s %4d", "a", sizeof(int));'
    ),
}
