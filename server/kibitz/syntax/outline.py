"""A text as the headers of what it defines: what fits into a budget, the most important first."""

from __future__ import annotations

from collections.abc import Mapping

from kibitz.syntax.model import CALLABLE, TYPES, Definition


def outline(definitions: tuple[Definition, ...], budget: int | None) -> str:
    """One line per definition, indented by its depth, in the order of the text.

    With a budget in characters, values go first, then functions inside of functions, then methods, then what is at the
    top, from the end of the text; an ellipsis says that something went.
    """
    kinds = {definition.qualified_name: definition.kind for definition in definitions}
    lines = [(_importance(d, kinds), "  " * _depth(d) + _header(d)) for d in definitions]
    if budget is None or sum(len(line) + 1 for _, line in lines) <= budget:
        return "\n".join(line for _, line in lines)
    kept: set[int] = set()
    left = budget - 2
    for at in sorted(range(len(lines)), key=lambda i: (lines[i][0], i)):
        size = len(lines[at][1]) + 1
        if size > left:
            break
        kept.add(at)
        left -= size
    return "\n".join([*(line for at, (_, line) in enumerate(lines) if at in kept), "…"]) if left >= 0 else ""


def _depth(definition: Definition) -> int:
    return definition.container.count(".") + 1 if definition.container else 0


def _header(definition: Definition) -> str:
    return " ".join(definition.signature.split()) or definition.name


def _importance(definition: Definition, kinds: Mapping[str, str]) -> int:
    if definition.kind in ("variable", "constant"):
        return 4 if definition.container else 3
    holder = kinds.get(definition.container or "")
    if holder in CALLABLE:
        return 5
    if definition.kind in TYPES or definition.kind == "module":
        return 0
    return 2 if definition.container else 1
