"""What a pattern cannot say: conditions on a match that need counting. Named by a rule's `check`; runs in the worker."""

from __future__ import annotations

import re
from collections.abc import Callable

from ast_grep_py import SgNode
from attrs import frozen


@frozen
class Format:
    """A printf dialect: what a verb looks like (its letter is the last group), which letters take no argument, what
    in a format refers to arguments in ways that are not counted here, and which argument spreads into several.
    """

    verb: re.Pattern[str]
    silent: str
    odd: re.Pattern[str]
    literals: tuple[str, ...]
    spread: tuple[str, ...] = ()


GO = Format(
    re.compile(r"%[-+# 0]*\d*(?:\.\d*)?([a-zA-Z%])"),
    "%",
    re.compile(r"%[-+# 0\d.]*[\[*]"),
    ("interpreted_string_literal", "raw_string_literal"),
    ("variadic_argument",),
)
JAVA = Format(
    re.compile(r"%[-#+ 0,(]*\d*(?:\.\d+)?([a-zA-Z%])"),
    "%n",
    re.compile(r"%(?:\d+\$|<)"),
    ("string_literal",),
    ("array_creation_expression",),
)
C = Format(
    re.compile(r"%[-+ #0']*\d*(?:\.\d*)?(?:hh|h|ll|l|j|z|t|L)?([a-zA-Z%])"),
    "%",
    re.compile(r"%[-+ #0'\d.]*(?:\*|\d\$)"),
    ("string_literal",),
)


def mismatched(call: SgNode, dialect: Format) -> bool:
    """Whether the format, the first or second argument, has another number of verbs than arguments follow."""
    arguments = call.field("arguments")
    if arguments is None:
        return False
    given = [node for node in arguments.children() if node.is_named() and "comment" not in node.kind()]
    at = next((i for i, node in enumerate(given[:2]) if node.kind() in dialect.literals), None)
    if at is None or dialect.odd.search(given[at].text()):
        return False
    values = given[at + 1 :]
    if any(node.kind() in dialect.spread for node in values):
        return False
    letters = dialect.verb.findall(given[at].text())
    return sum(letter not in dialect.silent for letter in letters) != len(values)


def java_mismatched(call: SgNode) -> bool:
    """The same for Java, where one value may be an array that holds all of them."""
    arguments = call.field("arguments")
    kinds = [node.kind() for node in arguments.children() if node.is_named()] if arguments else []
    if kinds[-2:-1] == ["string_literal"] and kinds[-1] in (
        "identifier",
        "field_access",
        "method_invocation",
    ):
        return False
    return mismatched(call, JAVA)


CHECKS: dict[str, Callable[[SgNode], bool]] = {
    "go-format": lambda call: mismatched(call, GO),
    "java-format": java_mismatched,
    "c-format": lambda call: mismatched(call, C),
}
