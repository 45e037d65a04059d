"""What a pattern cannot say: conditions on a match that need counting. Named by a rule's `check`; runs in the worker."""

from __future__ import annotations

import re
from collections.abc import Callable

from ast_grep_py import SgNode

_GO_VERB = re.compile(r"%(?P<odd>[-+# 0]*(?:\[|\*|\d*\.?\*))?[-+# 0]*\d*(?:\.\d*)?(?P<verb>[a-zA-Z%])")
_JAVA_VERB = re.compile(r"%(?P<odd>\d+\$|<)?[-#+ 0,(]*\d*(?:\.\d+)?(?P<verb>[a-zA-Z%]|[tT][a-zA-Z])")
_C_VERB = re.compile(
    r"%[-+ #0']*(?P<odd>\d+\$|\*|\d*\.\*)?\d*(?:\.\d*)?(?:hh|h|ll|l|j|z|t|L)?(?P<verb>[a-zA-Z%])"
)


def go_format(call: SgNode) -> bool:
    """A format with another number of verbs than arguments."""
    return _mismatched(
        call, _GO_VERB, ("interpreted_string_literal", "raw_string_literal"), "variadic_argument", "%"
    )


def java_format(call: SgNode) -> bool:
    """The same; a single argument, where several are wanted or none, may be an array that holds all of them."""
    arguments = call.field("arguments")
    values = [node.kind() for node in arguments.children() if node.is_named()] if arguments else []
    if (
        values
        and values[-1] in ("identifier", "field_access", "method_invocation")
        and values[-2:-1] == ["string_literal"]
    ):
        return False
    return _mismatched(call, _JAVA_VERB, ("string_literal",), "array_creation_expression", "%n")


def c_format(call: SgNode) -> bool:
    """The same for the printf family."""
    return _mismatched(call, _C_VERB, ("string_literal",), "", "%")


def _mismatched(
    call: SgNode, verb: re.Pattern[str], literals: tuple[str, ...], spread: str, silent: str
) -> bool:
    arguments = call.field("arguments")
    if arguments is None:
        return False
    given = [node for node in arguments.children() if node.is_named() and "comment" not in node.kind()]
    at = next((i for i, node in enumerate(given) if node.kind() in literals), -1)
    if at not in (0, 1) or (at == 1 and given[0].kind() in ("binary_expression", "method_invocation")):
        return False
    values = given[at + 1 :]
    if any(node.kind() == spread for node in values):
        return False
    verbs = list(verb.finditer(given[at].text()))
    if any(found["odd"] for found in verbs):
        return False
    wanted = sum(found["verb"] not in silent for found in verbs)
    return wanted != len(values)


CHECKS: dict[str, Callable[[SgNode], bool]] = {
    "go-format": go_format,
    "java-format": java_format,
    "c-format": c_format,
}
