"""What to say of a difference: names of things, never their text."""

from __future__ import annotations

from kibitz.verify.behaviour.machine import Event
from kibitz.verify.behaviour.terms import Term

_WORDS = {
    "setglobal": "sets a variable from outside of it",
    "setitem": "sets an item",
    "delitem": "deletes an item",
    "yield": "yields",
    "yieldfrom": "yields from another generator",
    "await": "awaits",
    "raise": "raises",
    "reraise": "lets an exception through",
    "return": "returns",
    "branch": "decides on a condition",
    "head": "starts a loop",
    "next": "takes the next item of a loop",
    "enter": "enters a context",
    "exit": "leaves a context",
    "opaque": "has a statement that is not understood",
    "maybe": "reads something that may fail",
}


def difference(old: Event, new: Event) -> str:
    """The middle of a sentence: "... it called a, now it calls b"."""
    before, after = _said(old), _said(new)
    if before != after:
        return f"where it {before}, the new text {after}"
    if old.op in ("call", "method"):
        return f"it {after} with other arguments" if old.data == new.data else f"it {after} in another way"
    if old.op == "branch":
        return "it decides on another condition, or in another order"
    if old.op in ("return", "yield", "raise", "await"):
        return f"it {after} another value" if old.op != "raise" else "it raises something else"
    if old.op in ("setattr", "setitem", "setglobal"):
        return f"it {after} to another value"
    return f"it {after}, but of something else"


def _said(event: Event) -> str:
    if event.op == "call":
        return f"calls {_name(event.terms[0])}"
    if event.op == "method":
        return f"calls {event.data[0]}"
    if event.op == "setattr":
        return f"sets .{event.data[0]}"
    if event.op == "delattr":
        return f"deletes .{event.data[0]}"
    return _WORDS.get(event.op, event.op)


def _name(term: Term) -> str:
    if term.op in ("global", "builtin"):
        return str(term.args[0])
    if term.op == "import":
        return str(term.args[1] or term.args[0])
    if term.op == "attr":
        return str(term.args[1])
    return "a function"
