"""Runs inside the sandbox: what a parameter may be given, by annotation, use, default, name, and literals beside it.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from kibitz.models.offline.probe_evidence import DICTS as DICT_TYPES
from kibitz.models.offline.probe_evidence import LISTS as LIST_TYPES
from kibitz.models.offline.probe_evidence import SETS as SET_TYPES
from kibitz.models.offline.probe_evidence import Evidence, Parameter, kind_of_name, literal_of

INTS = ("3", "2", "5", "0", "1", "-1", "10", "7", "4", "235", "12", "100")
FLOATS = ("0.5", "2.5", "1.5", "0.0", "1.0", "-1.5", "0.25", "10.0")
STRS = (
    "'hello world'",
    "'abc'",
    "''",
    "'Hello, World!'",
    "'a'",
    "'12'",
    "'a,b,c'",
    "'  one\\n    two\\n'",
    "'racecar'",
    "'[1, 2]'",
    """'{"a": 1}'""",
    "'first line\\nsecond line'",
    "'notes.txt'",
    "'a-b_c d'",
    "'1.5'",
    "'2024-02-29'",
    "'(a + b) * 2'",
)
BYTES = ("b'abc'", "b''", "b'\\x00\\xff'")
BOOLS = ("True", "False")
LISTS = (
    "[3, 1, 2]",
    "[1, 2, 3, 4]",
    "[]",
    "[1]",
    "[2, 2, 1]",
    "[-1, 0, 1]",
    "[11, -12, 45]",
    "[5, 4, 3, 2, 1]",
)
STR_LISTS = ("['b', 'a', 'c']", "['a.txt', 'b.py']", "['abc']", "['a', 'b', 'a']", "['hello', 'world']")
DICTS = ("{'a': 1, 'b': 2}", "{'a': 'x'}", "{}", "{1: 'one'}")
SETS = ("{1, 2, 3}", "{2}", "set()")
MIXED = (
    "'abc'",
    "'xyz'",
    "3",
    "[3, 1, 2]",
    "0.5",
    "{'a': 1}",
    "None",
    "['a', 'b']",
    "(1, 2)",
    "''",
    "[]",
    "0",
    "-1",
    "True",
    "b'abc'",
    "[[1, 2], [3, 4]]",
    "lambda value: value",
    "1",
    "2",
)
BY_KIND: dict[str, tuple[str, ...]] = {
    "int": INTS,
    "float": FLOATS,
    "number": ("3", "0.5", "2", "0", "1", "-1", "2.5", "10"),
    "str": STRS,
    "bytes": BYTES,
    "bool": BOOLS,
    "list": (*LISTS, *STR_LISTS, "'abc'", "[[1, 2], [3, 4]]"),
    "dict": DICTS,
    "set": SETS,
    "file": ("io.StringIO('one\\ntwo\\n')", "io.StringIO('')"),
    "None": ("None",),
    "call0": ("lambda: 1", "list", "str"),
    "call1": ("lambda value: value", "str", "len", "bool", "lambda value: -value"),
    "call2": ("lambda a, b: a + b", "max"),
    "object": MIXED,
    "pattern": ("'*.txt'", "'a*'", "'[ab]?'", "'abc'", "''", "'[!a]*'", "'(a)(b)?'"),
    "path": ("'folder/file.txt'", "''", "'file'", "'/a/b.tar.gz'"),
}
_NAMES = (
    ("pattern", r"pat|pattern|glob|regex"),
    ("path", r"(file_?)?path|file_?name|file|dir(ectory)?|folder|.*_path"),
    (
        "str",
        (
            r"(text|string|str|s|st|word|sentence|line|name|title|label|prefix|suffix|sep(arator)?|delim(iter)?|char|ch"
            r"|url|message|msg|html|json|token|email|source|code|expression|expr|content)\d?|.*_(string|text|name|str)"
        ),
    ),
    (
        "list",
        (
            r"(data|values|items|iterable|seq(uence)?|lst|arr(ay)?|list|xs|nums|numbers|elements|heap|names|words|lines|strings"
            r"|args|argv|nodes|rows|points|it)\d?|.*_(list|items|values)|l"
        ),
    ),
    (
        "dict",
        r"(d|dict|mapping|map|options|kwargs|config|table|params|headers|obj|env|record)\d?|.*_(dict|map)",
    ),
    (
        "int",
        (
            r"(n|i|j|k|m|num|number|count|size|length|width|height|index|idx|limit|start|stop|end|step|year|month|day|lo|hi"
            r"|left|right|pos(ition)?|offset|base|exp(onent)?|times|depth|level|maxsize|indent)\d?|(num|max|min)_.*|.*_(count|size|index|length)"
        ),
    ),
    (
        "number",
        r"(x|y|z|a|b|r|g|h|v|q|t|rate|ratio|factor|price|weight|amount|total|value|val|target|lower|upper|radius)\d?",
    ),
    ("call1", r"(func|fn|f|key|callback|predicate|pred|function|transform|factory)"),
    ("bool", r"(is|has|use|allow|ignore|keep|strict|reverse)_.*|strict|reverse|verbose|flag"),
)


def candidates(parameter: Parameter, seen: Evidence, known: dict[str, list[str]]) -> tuple[list[str], bool]:
    """Sources to try, the best first, and whether there is a reason for their type.

    `known` gives sources for the classes that the module under test defines.
    """
    typed = True
    near = list(seen.literals.get(parameter.name, []))
    if parameter.annotation is not None:
        found = by_annotation(parameter.annotation, known)
        if found:
            return _unique([*found[:2], *near, *found[2:], *_constants(found, seen)]), typed
    kinds = list(dict.fromkeys(seen.kinds.get(parameter.name, [])))
    if parameter.default is not None and (literal := literal_of(parameter.default)) is not None:
        kind = kind_of_name(type(literal[0]).__name__)
        if kind and literal[0] is not None:
            kinds.append(kind)
    if kinds == ["list"] or not kinds:
        named = [kind for kind, pattern in _NAMES if re.fullmatch(pattern, parameter.name)][:1]
        kinds = [*kinds, *named] if not kinds or named != ["str"] else ["str", *kinds]
    if not kinds:
        return _unique([*near, *MIXED]), bool(near)
    found = [source for row in _in_turn([list(BY_KIND[kind]) for kind in kinds]) for source in row]
    return _unique(
        [*found[:1], *near, *found[1:], *_constants(found, seen), *(MIXED if len(kinds) > 1 else ())]
    ), typed


def _in_turn(rows: list[list[str]]) -> Iterable[list[str]]:
    longest = max(map(len, rows))
    return ([row[n] for row in rows if n < len(row)] for n in range(longest))


def _unique(sources: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sources))


def _constants(found: list[str], seen: Evidence) -> list[str]:
    """Literals of the body that are of the type of the first source, and texts made of its single characters."""
    first = found[0]
    if first.startswith(("'", '"')):
        texts = [
            value for value in dict.fromkeys(seen.constants) if isinstance(value, str) and len(value) <= 24
        ]
        marks = [text for text in texts if len(text) == 1]
        if marks:
            joined = "".join(marks)
            texts += [joined, joined[::-1], joined + joined, f"a{marks[0]}b{marks[-1]}c", marks[0] * 2]
        return [repr(text) for text in texts]
    if re.match(r"-?\d", first):
        return [repr(value) for value in dict.fromkeys(seen.constants) if isinstance(value, int | float)]
    return []


def by_annotation(node: ast.expr, known: dict[str, list[str]], depth: int = 0) -> list[str]:
    """Sources of values of an annotated type; empty where the type says nothing."""
    if depth > 3:
        return []
    if isinstance(node, ast.Constant):
        if node.value is None:
            return ["None"]
        try:
            inner = ast.parse(str(node.value), mode="eval").body if isinstance(node.value, str) else None
        except SyntaxError:
            return []
        return by_annotation(inner, known, depth + 1) if inner is not None else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _together([by_annotation(side, known, depth) for side in (node.left, node.right)])
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if name:
        if name in known:
            return known[name]
        if name in ("Callable",):
            return list(BY_KIND["call1"])
        if name in ("tuple", "Tuple"):
            return ["(1, 2)", "()", "('a', 'b')"]
        kind = kind_of_name(name)
        return (
            list(BY_KIND[kind])
            if kind
            else list(INTS)
            if re.fullmatch(r"_?[A-Z]{1,2}|_?T[a-z]*", name)
            else []
        )
    return _subscripted(node, known, depth) if isinstance(node, ast.Subscript) else []


def _together(rows: list[list[str]]) -> list[str]:
    rows = [row for row in rows if row]
    return [source for row in _in_turn(rows) for source in row] if rows else []


def _subscripted(node: ast.Subscript, known: dict[str, list[str]], depth: int) -> list[str]:
    base = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if base == "Literal":
        return [ast.unparse(part) for part in parts]
    if base == "Callable":
        count = len(parts[0].elts) if isinstance(parts[0], ast.List) else 1
        return list(BY_KIND[f"call{min(count, 2)}"])
    inner = [by_annotation(part, known, depth + 1) for part in parts if not _is_ellipsis(part)]
    if base in ("Optional", "Union"):
        return _together([*inner, ["None"]] if base == "Optional" else inner)
    if base in ("Annotated", "Final", "ClassVar", "Type", "type"):
        return inner[0] if inner else []
    if not inner or not all(inner):
        return []
    if base in ("tuple", "Tuple") and not any(map(_is_ellipsis, parts)):
        rows = [[row[min(n, len(row) - 1)] for row in inner] for n in range(4)]
        return _unique(f"({', '.join(row)}{',' if len(row) == 1 else ''})" for row in rows)
    items = inner[0]
    if base in DICT_TYPES and len(inner) > 1:
        keys, values = inner[0], inner[1]
        pairs = [f"{k}: {v}" for k, v in zip(keys, values, strict=False)]
        return [
            "{" + ", ".join(pairs[:2]) + "}",
            "{}",
            "{" + pairs[0] + "}",
            "{" + ", ".join(pairs[1:4]) + "}",
        ]
    if base in LIST_TYPES | SET_TYPES | {"tuple", "Tuple"}:
        return _sequences(base, items)
    return []


def _sequences(base: str, items: list[str]) -> list[str]:
    rows = [
        items[:3],
        [],
        items[:1],
        items[1:5],
        [items[0], items[0]],
        items[2:8],
        sorted(items[:5]),
        items[4:5],
    ]
    if base in ("tuple", "Tuple"):
        return _unique(f"({', '.join(row)}{',' if len(row) == 1 else ''})" for row in rows)
    if base in SET_TYPES:
        frozen = base in ("frozenset", "FrozenSet")
        plain = [f"{{{', '.join(row)}}}" if row else "set()" for row in rows]
        return _unique(f"frozenset({one})" if frozen else one for one in plain)
    return _unique(f"[{', '.join(row)}]" for row in rows)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
