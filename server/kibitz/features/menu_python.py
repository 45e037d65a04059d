"""Where the engine for Python will say yes, as far as the tree tells without asking it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kibitz.features import menu_idioms as idioms
from kibitz.features.menu_fits import ELSES, IFS, Spot
from kibitz.models.tasks import RefactorKind
from kibitz.syntax.bindings import FILE, Bindings
from kibitz.syntax.view import View, view
from kibitz.text import Position, Range

_LEAVES = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})
_COMPREHENSIONS = frozenset({"list_comprehension", "dictionary_comprehension", "set_comprehension"})
_ACTS = frozenset(
    {
        *("call", "await", "list", "dictionary", "set", "lambda", "generator_expression"),
        *_COMPREHENSIONS,
    }
)
"""Values that may not be computed twice, or at another time."""
_READS = frozenset({"attribute", "subscript", "comparison_operator"})
"""Values that may be others later."""
_BINDS = r"^{0}[ \t]*(?::[^=\n]+)?=(?!=)|^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{0}\b"
COMPREHENSIONS = _COMPREHENSIONS | {"generator_expression"}
_SOMETIMES = COMPREHENSIONS | {"lambda", "boolean_operator", "conditional_expression"}
"""What is around code that may run never, later or often."""
_EMPTY = frozenset({"[]", "list()", "{}", "dict()", "set()"})
_FILLS = re.compile(r"(?s)(?P<name>\w+)(?:\.(?:append|add)\((?!\s*\*).*\)|\[[^\n:]+\]\s*=(?!=).+)")
_BODIES = frozenset({"function_definition", "for_statement", "while_statement"})


def fitting(spot: Spot, text: str) -> Iterator[RefactorKind]:
    """The kinds that only the tree shows to fit a place. `text` is all of the document."""
    if two_branches(spot):
        yield "invert_if"
    if wraps_the_rest(spot):
        yield "guard_clause"
    if nested_if(spot) is not None:
        yield "merge_ifs"
    if loopable(spot) is not None:
        yield "comprehension_to_loop"
    if collecting_loop(spot) is not None:
        yield "loop_to_comprehension"
    if simplified(spot) is not None:
        yield "simplify"
    if idioms.seen(idioms.PYTHON_MODERNISED, spot.tree, spot.code(), idioms.typed_by(text)):
        yield "modernise"


def in_function(spot: Spot) -> bool:
    """Whether the place is in a function, and not directly in a class in it."""
    return _host(spot) == "function_definition"


def _host(spot: Spot) -> str:
    kinds = (node.kind for node in spot.around)
    return next((kind for kind in kinds if kind in ("function_definition", "class_definition")), "module")


def extractable(spot: Spot) -> bool:
    """Whether a selection can be made a function: see Spot.extractable; what a class itself holds cannot."""
    items = spot.tree.statement_ranges(spot.where)
    texts = [view(spot.tree).at(item.start, item.end) for item in items]
    said = all(text.kind == "string" or [i.kind for i in text.items] == ["string"] for text in texts)
    return _host(spot) != "class_definition" and spot.extractable() and not (texts and said)


def two_branches(spot: Spot) -> bool:
    """Whether the place is on an `if` with an `else`, and nothing in between."""
    node = spot.branching
    if node is None or node.kind not in IFS or spot.selected:
        return False
    others = node.all("alternative")
    return len(others) == 1 and others[0].kind == "else_clause"


def wraps_the_rest(spot: Spot) -> bool:
    """Whether the place is on an `if` without an `else` that is the last thing a function or a loop does."""
    node = spot.branching
    if node is None or node.kind not in IFS or spot.selected or node.child("alternative") is not None:
        return False
    block, then = node.parent, node.child("consequence")
    holder = block.parent if block is not None else None
    if block is None or holder is None or then is None or holder.kind not in _BODIES:
        return False
    several = then.range.end.line > then.range.start.line
    leaves = len(then.items) == 1 and then.items[0].kind in _LEAVES
    return block.items[-1] == node and several and not leaves and holder.child("body") == block


def nested_if(spot: Spot) -> View | None:
    """The `if` at the place, where it holds nothing but another one and neither has an `else`."""
    node = spot.branching
    if node is None or node.kind not in IFS or node.child("alternative") is not None:
        return None
    then = node.child("consequence")
    items = then.items if then is not None else ()
    inner = items[0] if len(items) == 1 else None
    return node if inner is not None and inner.kind in IFS and inner.child("alternative") is None else None


def simplified(spot: Spot) -> Range | None:
    """The lines in which ruff has something safe to say; None where it does not look like it."""
    if (found := _superfluous_else(spot)) is not None:
        return found
    if (found := _nested_with(spot)) is not None:
        return found
    return spot.code() if idioms.seen(idioms.PYTHON_SIMPLIFIED, spot.tree, spot.code()) else None


def _nested_with(spot: Spot) -> Range | None:
    """A `with` at the place that holds nothing but another one."""
    node = next((n for n in spot.around if n.kind == "with_statement"), None)
    body = node.child("body") if node is not None else None
    if node is None or body is None or not spot.on(node.start, body.start):
        return None
    single = len(body.items) == 1 and body.items[0].kind == "with_statement"
    return node.range if single and not node.text.startswith("async") else None


def _superfluous_else(spot: Spot) -> Range | None:
    """An `if` at the place that leaves, down to its `else`."""
    node = next((n for n in spot.around if n.kind in (*IFS, *ELSES)), None)
    node = node.up(*IFS) if node is not None else None
    other = node.child("alternative") if node is not None else None
    then = node.child("consequence") if node is not None else None
    if node is None or other is None or then is None or not then.items:
        return None
    if then.items[-1].kind not in _LEAVES or not (
        spot.on(node.start, then.start) or spot.on(other.start, other.start)
    ):
        return None
    line = other.range.start.line
    return Range(node.range.start, Position(line, len(spot.document.line(line))))


def loopable(spot: Spot) -> View | None:
    """The comprehension around the place that is all of what is assigned or returned, its variables nowhere else."""
    found = next(
        (
            node
            for node in spot.around
            if node.kind in _COMPREHENSIONS
            and node.parent is not None
            and node.parent.kind in ("assignment", "return_statement")
        ),
        None,
    )
    if found is None or found.parent is None or not in_function(spot):
        return None
    function = found.up("function_definition")
    left = found.parent.child("left")
    if function is None or (left is not None and _mentions(found.text, left.text)):
        return None
    clauses = [item.child("left") for item in found.items if item.kind == "for_in_clause"]
    names = {name for clause in clauses if clause is not None for name in re.findall(r"\w+", clause.text)}
    low, high = found.start - function.start, found.end - function.start
    outside = function.text[:low] + function.text[high:]
    return None if any(_mentions(outside, name) for name in names) else found


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", text) is not None


def collecting_loop(spot: Spot) -> View | None:
    """The loop whose header the place is on, where it does nothing but fill the collection made empty before it."""
    for node in spot.around:
        end = node.child("right") if node.kind == "for_statement" else None
        if end is None or not spot.on(node.start, end.end):
            continue
        before = node.previous
        made = (
            before.items[0]
            if before is not None and before.kind == "expression_statement" and before.items
            else None
        )
        value, name = (made.child("right"), made.child("left")) if made is not None else (None, None)
        if value is None or name is None or value.text not in _EMPTY:
            return None
        inner: View | None = node
        while inner is not None and inner.kind in ("for_statement", "if_statement"):
            body = inner.child("body") or inner.child("consequence")
            alone = inner.child("alternative") is None and body is not None and len(body.items) == 1
            inner = body.items[0] if alone and body is not None else None
        filled = _FILLS.fullmatch(inner.text) if inner is not None else None
        return node if filled is not None and filled["name"] == name.text else None
    return None


def inlinable(spot: Spot, text: str) -> bool:
    """Whether the name at a cursor is given a value once, by a plain assignment or as a function of one line, and used
    where that value can stand. `text` is all of the document."""
    node = spot.node
    if node.items or not node.text.isidentifier():
        return False
    bindings = Bindings(spot.tree, {node.text})
    places = [item.range for item in bindings.occurrences()]
    scope = bindings.scope(node.range.start)
    if node.range not in places or scope is None or not (scope == FILE or bindings.is_local(scope)):
        return False
    if scope == FILE and len(re.findall(_BINDS.format(node.text), text, re.MULTILINE)) > 1:
        return False
    uses = [place for place in places if bindings.scope(place.start) == scope]
    bound = bindings.bound(scope)
    return len(bound) == 1 and _stands_for_its_uses(spot, bound[0].position, uses, text)


def _stands_for_its_uses(spot: Spot, where: Position, uses: list[Range], text: str) -> bool:
    """Whether what gives a name its value, at a position, can be put where the name is used."""
    name = view(spot.tree).at(where, Position(where.line, where.character + len(spot.node.text)))
    above = name.parent
    uses = [use for use in uses if use.start != where]
    if above is None:
        return False
    if above.kind == "function_definition":
        called = re.search(rf"(?<!def )\b{name.text}\(", text)
        return called is not None and _one_return(above)
    value = above.child("right")
    if above.kind != "assignment" or above.child("left") != name or value is None or not uses:
        return False
    kinds = {part.kind for part in value.walk()}
    if kinds & {"yield", "named_expression"} or any(_written(spot, use, value) for use in uses):
        return False
    if not kinds & (_ACTS | _READS):
        return True
    statement = above.parent
    following = statement.next if statement is not None else None
    if following is None or not all(following.range.contains(use.start) for use in uses):
        return False
    return (len(uses) == 1 or not kinds & _ACTS) and all(_at_once(spot, use, following) for use in uses)


def _written(spot: Spot, use: Range, value: View) -> bool:
    """Whether a use changes the variable, or stands in a text whose quotes the value has too."""
    node = view(spot.tree).at(use.start, use.end)
    if node.parent is not None and node.parent.kind in ("augmented_assignment", "delete_statement"):
        return node.parent.kind == "delete_statement" or node.parent.child("left") == node
    quoted = "'" in value.text or '"' in value.text
    return quoted and any(above.kind == "interpolation" for above in node.around())


def _at_once(spot: Spot, use: Range, statement: View) -> bool:
    """Whether a use is reached whenever its statement is, once, and before anything else happens in it."""
    within = [
        node for node in view(spot.tree).at(use.start, use.end).around() if node.start >= statement.start
    ]
    head = statement.child("condition") if statement.kind in IFS else None
    plain = statement.kind in ("expression_statement", "return_statement")
    reached = plain or (head is not None and head.start <= spot.document.offset(use.start) < head.end)
    return reached and not any(node.kind in _SOMETIMES for node in within)


def _one_return(function: View) -> bool:
    body, given = function.child("body"), function.child("parameters")
    items = list(body.items) if body is not None else []
    if items and items[0].kind == "expression_statement" and items[0].items[0].kind == "string":
        del items[0]
    plain = given is not None and all(p.kind in ("identifier", "typed_parameter") for p in given.items)
    decorated = function.parent is not None and function.parent.kind == "decorated_definition"
    value = items[0].items if len(items) == 1 and items[0].kind == "return_statement" else ()
    return plain and not decorated and len(value) == 1 and value[0].kind not in _COMPREHENSIONS
