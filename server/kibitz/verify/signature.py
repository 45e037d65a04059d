"""Whether a change takes away or alters what other files may use."""

from __future__ import annotations

import re
from collections import Counter

from kibitz.syntax.model import CALLABLE, TYPES, Definition, Parameter
from kibitz.text import Document
from kibitz.verify.checks import Check, listed
from kibitz.verify.definitions import definitions

_PRIVATE = re.compile(r"_(?!_\w+__$)|#|__(?!\w+__$)")
_HIDDEN = re.compile(r"\b(?:private|local)\b")

_TYPED = {"java", "go", "rust", "c", "cpp", "csharp", "kotlin"}
"""Where a parameter's type decides who can call; elsewhere it is a remark that may come and go."""

Shape = tuple[tuple[str, str, str], ...]


def check_signature(before: Document, after: Document, *, public_api: bool) -> Check:
    """Public definitions (types, functions, methods, with parameters and their defaults) lost or changed."""
    if not public_api:
        return Check("signature", "skipped", "what was asked for may change signatures")
    old, new = definitions(before), definitions(after)
    if old is None or new is None:
        return Check("signature", "skipped", f"there is no grammar for this {after.language} text")
    was, now = _public(old, before.language), _public(new, after.language)
    gone = {name for name in was if name not in now}
    # what was in a lost class is not worth a line of its own
    lost = sorted(name for name in gone if name.rpartition(".")[0] not in gone)
    changed = sorted(name for name, shapes in was.items() if name in now and shapes - now[name])
    parts = [f"{word}: {listed(names)}" for word, names in (("lost", lost), ("changed", changed)) if names]
    return Check("signature", "failed", "; ".join(parts)) if parts else Check("signature", "passed")


def _public(found: tuple[Definition, ...], language: str) -> dict[str, Counter[Shape]]:
    """The shapes each public name is defined with: an overloaded name has several."""
    functions = [d for d in found if d.kind in CALLABLE]
    shapes: dict[str, Counter[Shape]] = {}
    for definition in found:
        if definition.kind not in CALLABLE | TYPES or _private(definition, language):
            continue
        if any(f is not definition and _within(definition, f) for f in functions):
            continue
        shape = tuple((p.name, p.default, _type(p, language)) for p in definition.parameters)
        shapes.setdefault(definition.qualified_name, Counter())[shape] += 1
    return shapes


def _type(parameter: Parameter, language: str) -> str:
    return "".join(parameter.annotation.split()) if language in _TYPED else ""


def _private(definition: Definition, language: str) -> bool:
    names = definition.qualified_name.split(".")
    if language == "go":
        return not names[-1][:1].isupper()
    if language == "rust":
        return not definition.signature.startswith("pub")
    if (
        language in ("c", "cpp")
        and definition.container is None
        and definition.signature.startswith("static")
    ):
        return True
    return any(map(_PRIVATE.match, names)) or _HIDDEN.match(definition.signature) is not None


def _within(inner: Definition, outer: Definition) -> bool:
    return (
        outer.range.start <= inner.range.start
        and inner.range.end <= outer.range.end
        and inner.range != outer.range
    )
