"""The steps of calls, functions and classes in the middle of code, in languages with braces."""

from __future__ import annotations

import re

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import LAMBDAS, Braces
from kibitz.verify.behaviour.braces_patterns import tested
from kibitz.verify.behaviour.braces_scripts import asks, where_there
from kibitz.verify.behaviour.braces_views import NAMES, blanked, leaves, parameter_names

_DEEPEST = 4
_MODIFIERS = frozenset({"synchronized", "static", "public", "protected", "private", "native", "abstract"})


def as_written(r: Braces, view: View) -> str:
    """A node that is not looked into: the same where it is written the same, but for the names of variables."""
    names = [n for n in dict.fromkeys(leaf.text for leaf in leaves(view)) if r.find(n) is not None]
    own = _own_names(view)
    return r.b.make("opaque", [r.load(n) for n in names if n not in own], blanked(view, names))


def macro(r: Braces, view: View) -> str:
    """A macro's call: what it is given is text, in which variables are variables, those it declares too."""
    words = _formatted(view) or [leaf.text for leaf in leaves(view)]
    free = [w for at, w in enumerate(words) if words[at - 1 : at] != ["."]]
    names = [n for n in dict.fromkeys(free) if r.find(n) is not None]
    own = [n for n in _declared(words) if n not in names]
    places = {name: f"\\{at}" for at, name in enumerate([*names, *own])}
    shape = [w if words[at - 1 : at] == ["."] else places.get(w, w) for at, w in enumerate(words)]
    return r.b.make("opaque", [r.load(n) for n in names], " ".join(shape))


_FORMATS = re.compile(r"(?:e?print(?:ln)?|format|write(?:ln)?|panic|trace|debug|info|warn|error)!")
_HOLE = re.compile(r"\{\{|\}\}|\{(\w*)((?::[^{}]*)?)\}")


def _formatted(view: View) -> list[str]:
    """The words of `format!("{} b", a)` and its kin, with what is put into the text in its place, as in `"{a} b"`; [] for
    what is not that plain."""
    tokens = next((i for i in view.items if i.kind == "token_tree"), None)
    if tokens is None or _FORMATS.match(view.text) is None:
        return []
    groups: list[list[View]] = [[]]
    for child in tokens.children[1:-1]:
        if child.text == ",":
            groups.append([])
        else:
            groups[-1].append(child)
    groups = [g for g in groups if g]
    at = next((n for n, g in enumerate(groups) if len(g) == 1 and g[0].kind == "string_literal"), -1)
    given = [[leaf.text for part in group for leaf in leaves(part)] for group in groups]
    if at < 0 or any(len(words) > 1 and words[1] == "=" for words in given[at + 1 :]):
        return []
    text, rest = groups[at][0].text, given[at + 1 :]
    found = [view.text.partition("!")[0], "!", *(word for words in given[:at] for word in (*words, ","))]
    end = 0
    for hole in _HOLE.finditer(text):
        if hole[0] in ("{{", "}}"):
            continue
        name = hole[1]
        if name.isdigit() or "$" in hole[2] or "*" in hole[2] or (not name and not rest):
            return []
        found += [text[end : hole.start()] + "{", *([name] if name else rest.pop(0)), hole[2] + "}"]
        end = hole.end()
    return [] if rest else [*found, text[end:]]


def _declared(words: list[str]) -> list[str]:
    """The names that the words of some code bind by `let` and `for`, in order."""
    found: dict[str, None] = {}
    binding = False
    for word in words:
        if word in ("let", "for"):
            binding = True
        elif word in ("=", ":", ";", "in"):
            binding = False
        elif binding and word.isidentifier() and word[:1].islower() and word not in ("mut", "ref"):
            found[word] = None
    return list(found)


def _own_names(view: View) -> set[str]:
    return {n.text for part in view.walk() if part.kind.endswith("parameters") for n in parameter_names(part)}


def _arguments(r: Braces, view: View | None) -> tuple[list[str], tuple[str, ...]]:
    items = view.items if view is not None else ()
    return [r.expression(i) for i in items], tuple("*" if "spread" in i.kind else "" for i in items)


def call(r: Braces, view: View) -> str:
    """A call: of a helper of this version's own, of something on something, or of anything else."""
    function = view.child("function") or view.child("name")
    base = view.child("object")
    given = view.child("arguments")
    if function is None:
        return as_written(r, view)
    if base is None and function.kind in ("member_expression", "selector_expression", "field_expression"):
        base = function.child("object") or function.child("operand") or function.child("value")
        field = function.child("property") or function.child("field")
        name = field.text if field is not None else function.text
    else:
        name = function.text
    if asks(r, view) is not None:
        from kibitz.verify.behaviour.braces_expressions import decided

        return decided(r, view)
    helper = _helper(r, name, base, given) or tested(r, name, base, len(given.items) if given else 0)
    if helper is not None:
        return helper
    if base is not None:
        registers = [r.expression(base)]
    elif view.kind == "method_invocation":
        registers = ["this"]
    else:
        args = [r.expression(function)]
        more, shape = _arguments(r, given)
        return r.b.make("call", [*args, *more], shape)
    base_register = registers[0]

    def called() -> str:
        more, shape = _arguments(r, given)
        return r.b.make("method", [base_register, *more], (name, *shape))

    chained = any(c.kind == "optional_chain" for c in function.children)
    return where_there(r, base_register, called) if chained else called()


def _helper(r: Braces, name: str, base: View | None, given: View | None) -> str | None:
    """The result of a helper that only this version has, read in place of its call."""
    function = r.helpers.get(name.rpartition("::")[2])
    if (
        function is None
        or function.child("body") is None
        or r.depth >= _DEEPEST
        or function == r.call.function
    ):
        return None
    items = list(given.items) if given is not None else []
    if any("spread" in i.kind for i in items):
        return None
    values = [r.b.make("copy", (r.expression(i),)) for i in items]
    receiver = function.child("receiver")
    receivers = parameter_names(receiver) if receiver is not None else []
    bound = r.b.make("copy", (r.expression(base),)) if base is not None and receivers else ""
    kept, r.scopes = r.scopes, [{}]
    if bound:
        r.bind(receivers[0], bound)
    result = r.inside(function, values, parameters=_without_self(function))
    r.scopes = kept
    return result


def _without_self(function: View) -> View | None:
    return function.child("parameters")


def function_here(r: Braces, view: View) -> str:
    """A function made here: its body is read once in its place, for both versions alike."""
    parameters = view.child("parameters") or view.child("parameter")
    names = parameter_names(parameters)
    word = next((c.text for c in view.children if c.text in ("async", "function*", "move")), "")
    made = r.b.make("opaque", (), f"function of {len(names)} {word}")
    values = [r.b.make("pure", (made,), ("part", "parameter", at)) for at in range(len(names))]
    handler, r.b.handler = r.b.handler, None
    captured = _captured(r, view)
    _unknown(r, captured)
    after = r.b.label()
    if any(n.kind.startswith("throw") or _endless(n) for n in view.walk()):
        # what it throws is not thrown here, and where it never ends it does so elsewhere: the code after it is reached
        runs = r.b.label()
        r.b.fork(made, runs, after)
        r.b.place(runs)
    result = r.inside(view, values, parameters=parameters)
    r.b.handler = handler
    r.b.emit("opaque", "", (result,), "end of function")
    r.b.place(after)
    _unknown(r, captured)
    return made


def _endless(view: View) -> bool:
    """Whether a loop has nothing that ends it but what is in it."""
    if view.kind in ("while_statement", "while_expression", "do_statement"):
        condition = view.child("condition")
        return condition is not None and condition.text.strip("() ") == "true"
    if view.kind == "for_statement":
        return not any(i.kind != "block" and view.child("body") != i for i in view.items)
    return view.kind == "loop_expression"


def _captured(r: Braces, view: View) -> list[str]:
    """The variables of the code around a function that it names and that change: when it runs, they may be anything.
    They come in the order they were declared in, whichever it names first."""
    words = {leaf.text for leaf in leaves(view) if leaf.kind in NAMES}
    found = {register for word in words if word in r.changing and (register := r.find(word)) is not None}
    return sorted(found, key=lambda register: int(register.rpartition(".")[2]))


def _unknown(r: Braces, registers: list[str]) -> None:
    for register in registers:
        r.b.emit("opaque", register, (register,), "captured variable")


def class_here(r: Braces, view: View) -> str:
    """A class made here: its functions are read as functions, all else is the same where it is written the same."""
    made = r.b.make("opaque", (), "class")
    body = view if view.kind == "class_body" else view.child("body")
    for item in body.items if body is not None else ():
        if item.kind in LAMBDAS and item.child("body") is not None:
            method_here(r, item)
        else:
            as_written(r, item)
    return made


def method_here(r: Braces, view: View) -> str:
    """A method of an object or a class as written."""
    name = view.child("name")
    words = sorted(
        w for c in view.children if c.kind == "modifiers" for w in c.text.split() if w in _MODIFIERS
    )
    r.b.emit("opaque", "", (), f"method {name.text if name is not None else ''} {' '.join(words)}")
    return function_here(r, view)
