"""What JavaScript and TypeScript have shorter words for: template texts, destructuring, optional chaining."""

from __future__ import annotations

from collections.abc import Callable

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import Braces
from kibitz.verify.behaviour.braces_views import PATTERN_NAMES

_SHORT = "shorthand_property_identifier_pattern"


def template(r: Braces, view: View) -> str:
    """A template text as the sum of its parts."""
    parts: list[tuple[bool, str]] = []
    for child in view.children:
        if child.kind == "template_substitution" and len(child.items) == 1:
            parts.append((False, r.expression(child.items[0])))
        elif child.kind not in ("`", "template_substitution"):
            parts.append((True, r.b.const("text " + child.text)))
    texts = [said for said, _ in parts]
    if not any(texts[:2]):
        parts.insert(0, (True, r.b.const("text ")))
    whole = parts[0][1]
    for _, part in parts[1:]:
        whole = r.b.make("pure", (whole, part), ("bin", "Plus"))
    return whole


def taken_apart(r: Braces, pattern: View, register: str) -> bool:
    """`{ a, b: c }` as the reading of each; whether the pattern is that plain."""
    pairs: list[tuple[str, View]] = []
    for item in pattern.items:
        key, value = item.child("key"), item.child("value")
        if item.kind == _SHORT:
            pairs.append((item.text, item))
        elif (
            item.kind == "pair_pattern"
            and key is not None
            and value is not None
            and value.kind in PATTERN_NAMES
        ):
            pairs.append((key.text, value))
        else:
            return False
    for name, target in pairs:
        r.bind(target, r.b.make("pure", (register,), ("attr", name)))
    return True


def where_there(r: Braces, base: str, read: Callable[[], str]) -> str:
    """`base?.read`: what is read, or undefined where there is nothing to read it of."""
    absent, there, end = r.b.label(), r.b.label(), r.b.label()
    result = r.b.temporary()
    r.b.fork(r.b.make("pure", (base, r.b.const(None)), ("cmp", "Absent")), absent, there)
    r.b.place(absent)
    r.b.emit("global", result, (), ("builtin", "undefined"))
    r.b.jump(end)
    r.b.place(there)
    r.b.emit("copy", result, (read(),))
    r.b.place(end)
    return result
