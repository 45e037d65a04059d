"""The grammars, each loaded when first asked for, and their queries, each compiled once: the only importer of tree_sitter."""

from __future__ import annotations

import threading
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tree_sitter import Language, Query

QUERIES = Path(__file__).parent / "queries"
CHUNK = 16_384
"""Bytes handed to the parser at a time: between two chunks other threads run, as a parser in one go would not let them."""


@frozen
class Grammar:
    """Where a grammar comes from (module and function) and the query folders it reads, the most general first."""

    module: str
    function: str = "language"
    queries: tuple[str, ...] = ()


GRAMMARS: dict[str, Grammar] = {
    "python": Grammar("tree_sitter_python", queries=("python",)),
    "javascript": Grammar("tree_sitter_javascript", queries=("ecma", "javascript", "jsx")),
    "javascriptreact": Grammar("tree_sitter_javascript", queries=("ecma", "javascript", "jsx")),
    "typescript": Grammar("tree_sitter_typescript", "language_typescript", ("ecma", "typescript")),
    "typescriptreact": Grammar("tree_sitter_typescript", "language_tsx", ("ecma", "typescript", "jsx")),
    "go": Grammar("tree_sitter_go", queries=("go",)),
    "rust": Grammar("tree_sitter_rust", queries=("rust",)),
    "java": Grammar("tree_sitter_java", queries=("java",)),
    "c": Grammar("tree_sitter_c", queries=("c",)),
    "cpp": Grammar("tree_sitter_cpp", queries=("c", "cpp")),
    "csharp": Grammar("tree_sitter_c_sharp", queries=("csharp",)),
    "ruby": Grammar("tree_sitter_ruby", queries=("ruby",)),
    "php": Grammar("tree_sitter_php", "language_php", ("php",)),
    "kotlin": Grammar("tree_sitter_kotlin", queries=("kotlin",)),
    "lua": Grammar("tree_sitter_lua", queries=("lua",)),
    "shellscript": Grammar("tree_sitter_bash", queries=("bash",)),
}


@frozen
class GrammarStatus:
    """Whether a language can be parsed, and what says so: the version of its grammar, or why not."""

    language: str
    ok: bool
    detail: str


def supported() -> tuple[str, ...]:
    """The languages there is a grammar for."""
    return tuple(GRAMMARS)


def grammar_status(language: str) -> GrammarStatus:
    """Load a grammar and compile its queries, and say how that went; never raises."""
    if language not in GRAMMARS:
        return GrammarStatus(language, False, "no grammar: text features only")
    try:
        found = load(language)
        names = [kind for kind in QUERY_KINDS if query(language, kind) is not None]
    except (ImportError, AttributeError, OSError, ValueError, TypeError) as error:
        return GrammarStatus(language, False, f"{GRAMMARS[language].module}: {error}")
    version = ".".join(map(str, found.semantic_version or (found.abi_version,)))
    return GrammarStatus(language, True, f"grammar {version}, {len(names)} queries")


QUERY_KINDS = ("definitions", "references", "imports", "flow", "locals")
_lock = threading.RLock()


def load(language: str) -> Language:
    """The grammar. Raises ImportError and its like where it does not load, KeyError where there is none."""
    with _lock:
        return _load(GRAMMARS[language].module, GRAMMARS[language].function)


@cache
def _load(module: str, function: str) -> Language:
    from tree_sitter import Language

    return Language(getattr(import_module(module), function)())


def query(language: str, kind: str) -> Query | None:
    """A compiled query of one of QUERY_KINDS, or None where the language has none."""
    with _lock:
        return _query(language, kind)


@cache
def _query(language: str, kind: str) -> Query | None:
    from tree_sitter import Query

    texts = []
    for folder in GRAMMARS[language].queries:
        source = QUERIES / folder / f"{kind}.scm"
        if source.is_file():
            texts.append(source.read_text("utf-8"))
    return Query(load(language), "\n".join(texts)) if texts else None
