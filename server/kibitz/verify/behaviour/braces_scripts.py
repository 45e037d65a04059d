"""What JavaScript and TypeScript have shorter words for: template texts, destructuring, optional chaining."""

from __future__ import annotations

from collections.abc import Callable

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import Braces
from kibitz.verify.behaviour.braces_views import PATTERN_NAMES, SCRIPTS
from kibitz.verify.behaviour.graph import Node

_WITH_DEFAULT = frozenset({"object_assignment_pattern", "assignment_pattern"})


_NOTHING = frozenset({"null", "undefined"})


Asked = tuple[str, View, tuple[View, ...]]


def asks(r: Braces, view: View) -> Asked | None:
    """What some conditions ask in more or fewer words: whether a thing is true (`Boolean(a)`), one of several
    (`["x", "y"].includes(a)`), nothing (`a === null || a === undefined`) or something."""
    if r.language not in SCRIPTS:
        return None
    if view.kind == "call_expression":
        function, given = view.child("function"), view.child("arguments")
        only = given.items[0] if given is not None and len(given.items) == 1 else None
        if function is None or only is None or "spread" in only.kind:
            return None
        if function.text == "Boolean":
            return "truth", only, ()
        base, name = function.child("object"), function.child("property")
        if base is None or name is None or base.kind != "array" or name.text != "includes" or not base.items:
            return None
        return ("among", only, base.items) if all(map(_plain, base.items)) else None
    left, right = view.child("left"), view.child("right")
    if view.kind != "binary_expression" or left is None or right is None:
        return None
    for joined, sign, kind in (("||", "===", "nothing"), ("&&", "!==", "something")):
        sides = [_compared(side, sign) for side in (left, right)]
        if _sign(view) == joined and all(sides):
            (one, a), (other, b) = (side for side in sides if side is not None)
            if one.text == other.text and {a, b} == _NOTHING:
                return kind, one, ()
    return None


def answer(r: Braces, asked: Asked, yes: Node, no: Node) -> None:
    """Go to `yes` where what a condition asks holds, else to `no`."""
    from kibitz.verify.behaviour.braces_expressions import decide

    kind, subject, values = asked
    if kind == "truth":
        decide(r, subject, yes, no)
        return
    register = r.expression(subject)
    for value in values:
        more = r.b.label()
        r.b.fork(r.b.make("pure", (register, r.expression(value)), ("cmp", "Same")), yes, more)
        r.b.place(more)
    if kind == "among":
        r.b.jump(no)
        return
    first, second = (yes, no) if kind == "nothing" else (no, yes)
    r.b.fork(r.b.make("pure", (register, r.b.const(None)), ("cmp", "Eq")), first, second)


def _sign(view: View) -> str:
    operator = view.child("operator")
    return operator.text if operator is not None else ""


def _compared(view: View, sign: str) -> tuple[View, str] | None:
    """A plain thing that is compared with null or undefined, and with which."""
    if view.kind == "parenthesized_expression" and len(view.items) == 1:
        view = view.items[0]
    left, right = view.child("left"), view.child("right")
    if view.kind != "binary_expression" or left is None or right is None or _sign(view) != sign:
        return None
    return (left, right.text) if right.text in _NOTHING and _plain(left) else None


def _plain(view: View) -> bool:
    return not view.items or (view.kind in ("member_expression", "string") and "(" not in view.text)


def object_here(r: Braces, view: View) -> str:
    """An object as written: `{ a }` is `{ a: a }`."""
    registers: list[str] = []
    words: list[str] = []
    for item in view.items:
        key, value = item.child("key"), item.child("value")
        if item.kind == "shorthand_property_identifier":
            registers.append(r.load(item.text))
            words.append(f"{item.text} :")
        elif (
            item.kind == "pair"
            and key is not None
            and value is not None
            and key.kind == "property_identifier"
        ):
            registers.append(r.expression(value))
            words.append(f"{key.text} :")
        else:
            registers.append(r.expression(item))
            words.append("()")
    return r.b.make("pure", registers, ("node", f"object {' '.join(words)}"))


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
    """`{ a, b: c, d = e }` as the reading of each; whether the pattern is that plain."""
    parts: list[tuple[str, View, View | None]] = []
    for item in pattern.items:
        key, value = item.child("key"), item.child("value")
        whole = item if key is None else value
        target, default = whole, None
        if whole is not None and whole.kind in _WITH_DEFAULT:
            target, default = whole.child("left"), whole.child("right")
        if target is None or target.kind not in PATTERN_NAMES:
            return False
        parts.append((target.text if key is None else key.text, target, default))
    for name, target, default in parts:
        found = r.b.make("pure", (register,), ("attr", name))
        r.bind(target, found if default is None else _where_missing(r, found, default))
    return True


def _where_missing(r: Braces, found: str, default: View) -> str:
    """What was read, or what stands for it where that is undefined."""
    missing, end, result = r.b.label(), r.b.label(), r.b.temporary()
    r.b.emit("copy", result, (found,))
    undefined = r.b.make("global", (), ("builtin", "undefined"))
    r.b.fork(r.b.make("pure", (found, undefined), ("cmp", "Same")), missing, end)
    r.b.place(missing)
    r.b.emit("copy", result, (r.expression(default),))
    r.b.place(end)
    return result


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
