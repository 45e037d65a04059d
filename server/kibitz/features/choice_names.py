"""Whether a name that a model thought of can stand in a file: a word of the language, free, and like the names around it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from kibitz.models.tasks import RefactorKind
from kibitz.syntax.facts import facts
from kibitz.syntax.model import CALLABLE, TYPES
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Range
from kibitz.verify.answer import refuse

Convention = Literal["snake_case", "camelCase", "PascalCase", "UPPER_CASE"]

_FORMS: dict[Convention, re.Pattern[str]] = {
    "snake_case": re.compile(r"_*[^\W\d_A-Z][^\WA-Z]*"),
    "camelCase": re.compile(r"[_$]*[^\W\d_A-Z][^\W_]*"),
    "PascalCase": re.compile(r"_*[^\W\d_a-z][^\W_]*"),
    "UPPER_CASE": re.compile(r"_*[^\W\d_a-z][^\Wa-z]*"),
}
_CUSTOM: dict[str, Convention] = {
    **dict.fromkeys(("python", "rust"), "snake_case"),
    **dict.fromkeys(
        ("javascript", "javascriptreact", "typescript", "typescriptreact", "go", "java"), "camelCase"
    ),
}
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_LONGEST = 60


def check_name(
    document: Document, where: Range, kind: RefactorKind, name: str, old: str | None, instruction: str
) -> None:
    """Raises `bad_response`, with what is wrong, for a name that cannot stand at a place or stands out there.

    `old` is the name it replaces. One that the instruction gives has to be free and a name, no more.
    """
    if not _IDENTIFIER.fullmatch(name) or len(name) > _LONGEST:
        raise refuse(f'"{name[:_LONGEST]}" is not a name.')
    if name in facts(document.language).words:
        raise refuse(f"`{name}` has a meaning of its own in this language. Choose another name.")
    tree = parse(document)
    if tree is None:
        return
    if name == old or name in tree.scope_names(where.start) or _defined(tree, name):
        raise refuse(f"`{name}` is already taken. Choose another name.")
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", instruction):
        return
    wanted = convention_of(tree, kind, old)
    if wanted is not None and not _FORMS[wanted].fullmatch(name):
        raise refuse(f"`{name}` is not in {wanted}, as names like it are in this file. Choose another name.")
    if old is not None and _visibility(old, document.language) != _visibility(name, document.language):
        raise refuse(f"`{name}` is not as public as `{old}`. Choose another name.")


def _defined(tree: Tree, name: str) -> bool:
    """Whether the file itself defines it, wherever: then the new name would hide it or clash with it."""
    return any(d.name == name and d.container is None for d in tree.definitions)


def convention_of(tree: Tree, kind: RefactorKind, old: str | None) -> Convention | None:
    """How a new name is to be written: like the one it replaces, else like those of the file, else by custom."""
    if old is not None:
        return _form(old, tree)
    functions = kind == "extract_function"
    names = (
        [d.name for d in tree.definitions if d.kind in CALLABLE]
        if functions
        else [n.name for n in tree.identifiers[:2000]]
    )
    counted = Counter(form for form in map(_telling, names) if form is not None)
    custom = _CUSTOM.get(tree.document.language)
    if not counted:
        return custom
    (first, most), *_ = counted.most_common(1)
    return first if most > 2 * counted.get(custom or first, 0) or custom is None else custom


def _telling(name: str) -> Convention | None:
    """The form of a name of several words; one word fits several."""
    bare = name.strip("_")
    if "_" in bare and bare == bare.lower():
        return "snake_case"
    if "_" not in bare and bare[:1].islower() and bare != bare.lower():
        return "camelCase"
    return None


def _form(old: str, tree: Tree) -> Convention | None:
    bare = old.strip("_")
    if len(bare) > 1 and bare == bare.upper() and bare != bare.lower():
        return "UPPER_CASE"
    defined = tree.definition_named(old)
    if bare[:1].isupper():
        return "PascalCase"
    if defined is not None and defined.kind in TYPES:
        return None
    if (told := _telling(old)) is not None:
        return told
    return convention_of(
        tree, "extract_function" if defined is not None and defined.kind in CALLABLE else "rename", None
    )


def _visibility(name: str, language: str) -> str:
    """What the spelling of a name says about who may use it."""
    if language == "go":
        return "exported" if name[:1].isupper() else ""
    if language != "python":
        return ""
    return "__" if name.startswith("__") else "_" if name.startswith("_") else ""
