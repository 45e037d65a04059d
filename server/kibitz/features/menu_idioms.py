"""Old ways to write things, by how they look: what "Modernise" and "Simplify" are offered for."""

from __future__ import annotations

import re

from kibitz.syntax.tree import Tree
from kibitz.text import Range

PYTHON_MODERNISED = re.compile(
    r"(?<![.\w])(?:typing\.|t\.)?(?:List|Dict|Set|FrozenSet|Tuple|Type|Deque|DefaultDict)\["
    r"|(?::|->)[^=\n]*?(?<![.\w])(?:typing\.|t\.)?(?:Optional|Union)\[(?![\"'])"
    r"|[\"']\.format\(\s*(?:\w+\s*=\s*)?[\w.]+\s*(?:,\s*(?:\w+\s*=\s*)?[\w.]+\s*)*,?\s*\)"
    r"|\bclass\s+\w+\(object\)|\bsuper\(\w+,\s*(?:self|cls)\)|\bopen\([^()\n]*,\s*[\"'](?:r|rt|U)[\"']\)"
    r"|\bexcept\s+\(?(?:IOError|EnvironmentError|socket\.error|select\.error)\b|[\"']\.encode\([\"']utf-?8[\"']\)"
    r"|\blru_cache\(maxsize=None\)"
    r"|\bfrom __future__ import (?:print_function|division|absolute_import|unicode_literals|with_statement)\b"
)
"""What ruff's safe pyupgrade fixes change (https://docs.astral.sh/ruff/rules/#pyupgrade-up)."""

PYTHON_SIMPLIFIED = re.compile(
    r"\bnot\s+not\s|\bif\s+not\s+[\w.\[\]\"']+\s+(?:in|is)\s"
    r"|(?:[=(,\[]|\breturn)\s*(?P<same>[\w.]+)\s+if\s+(?P=same)\s+else\b"
)
"""What ruff's safe simplifications change (its SIM208, E713, E714 and FURB110 rules)."""

_PYTHON = re.compile(
    r"[\"']\s*%\s*(?:\(|\w)|\brange\(len\(|\bxrange\(|\.has_key\("
    r"|\bset\(\[|\bdict\(\[|==\s*None\b|!=\s*None\b|\btype\(\w+\)\s*==|\bcollections\.(?:Mapping|Iterable|Callable)\b|\bprint\s+[\"']"
)
_ECMA = re.compile(
    r"(?:^|[;{}(]\s*|^\s+)var\s|[^=!]==\s*(?:null|undefined)\b|!=\s*(?:null|undefined)\b|\.indexOf\([^()\n]*\)\s*(?:[!=]==?\s*-1|[<>]=?\s*-?[01])"
    r"|\bfunction\s*\([^)\n]*\)\s*\{\s*return\b|[\"']\s*\+\s*\w[\w.]*\s*\+\s*[\"']|\bvar\s+\w+\s*=\s*this\b|\barguments\[|\.apply\((?:null|this),"
    r"|\bObject\.assign\(\{\}|\brequire\([\"']|\b(?P<it>\w+)\s*&&\s*(?P=it)\.\w|\.prototype\.\w+\s*=\s*function",
    re.MULTILINE,
)
_GO = re.compile(r"\bioutil\.\w+\(|\binterface\{\}|\bsort\.(?:Ints|Strings|Slice)\(")
_RUST = re.compile(
    r"\btry!\(|\bextern crate\b|&Vec<|&String\b|\.len\(\)\s*(?:==|>)\s*0\b|\bfor\s+\w+\s+in\s+0\s*\.\.\s*\w+\.len\(\)"
)
_JAVA = re.compile(
    r"\bnew\s+\w+<[\w<>?, ]+>\(|\bnew\s+\w+(?:<\w*>)?\(\)\s*\{\s*(?:@Override|public)|\bnew\s+(?:Integer|Long|Double|Boolean)\(|\binstanceof\s+\w+\)\s*\{"
    r"|\bCollectors\.toList\(\)|\bnew\s+(?:Vector|Hashtable|StringBuffer)\b|\.size\(\)\s*==\s*0"
)

OLD: dict[str, re.Pattern[str]] = {
    "python": _PYTHON,
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _ECMA),
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
}
"""What has a newer form that a model can write and no tested engine here does."""


_TYPING = re.compile(r"^\s*from\s+typing\s+import\b", re.MULTILINE)
_BARE = re.compile(
    r"(?P<bare>(?<![.\w])(?:List|Dict|Set|FrozenSet|Tuple|Type|Deque|DefaultDict|Optional|Union)\[)"
)


def typed_by(text: str) -> re.Pattern[str] | None:
    """What looks like an old annotation in a text and is none, as its names come from elsewhere; None where they do not."""
    return None if _TYPING.search(text) else _BARE


def seen(pattern: re.Pattern[str], tree: Tree, where: Range, but: re.Pattern[str] | None = None) -> bool:
    """Whether a pattern stands in the code of a range: what a comment or a text says of old code is none, and what `but`
    finds in it neither."""
    document = tree.document
    start, end = document.offset(where.start), document.offset(where.end)
    for match in pattern.finditer(document.text, start, end):
        if but is not None and but.search(match.group()):
            continue
        last = document.position(match.end())
        if not tree.in_string(last) and not tree.in_comment(last):
            return True
    return False
