"""An `if` as every language has it: condition, what is done, what else; and the opposite of a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, refused, same, within
from kibitz.syntax.rewrite.names import family
from kibitz.syntax.rewrite.precedence import POSTFIX, level, operator
from kibitz.syntax.source import Source

LANGUAGES = frozenset(
    {
        *("javascript", "javascriptreact", "typescript", "typescriptreact", "go", "rust", "java", "python"),
        *("c", "cpp", "csharp", "kotlin", "php", "ruby"),
    }
)
_FREE = frozenset({"go", "rust", "python", "ruby", "kotlin", "csharp"})
"""Where parentheses around a condition are the condition's own."""
_IFS = frozenset({"if_statement", "if_expression", "if"})
_ELSE_IFS = frozenset({"elif_clause", "else_if_clause", "elsif"})
_TIGHT = re.compile(
    r"identifier$|call|^(variable_name|name|member_access|attribute|subscript|element_access|parenthesized|parenthesized_expression"
    r"|true|false|boolean|boolean_literal|navigation_expression|field_expression|macro_invocation|instance_variable|this|self"
    r"|invocation_expression|member_access_expression|element_access_expression|index_expression|subscript_expression"
    r"|element_reference|scoped_call_expression|member_call_expression|nullsafe_member_call_expression|literal|constant)$"
)
_FLIPPED = {"==": "!=", "!=": "==", "===": "!==", "!==": "==="}
_PYTHON = {**_FLIPPED, "in": "not in", "not in": "in", "is": "is not", "is not": "is"}
_LOOSE_IN_PYTHON = frozenset(
    {"boolean_operator", "conditional_expression", "named_expression", "lambda", "not_operator"}
)


@frozen
class Branch:
    """An `if` in its chain of nodes. `condition` is without its parentheses; `otherwise` is what `else` does, None where
    there is no `else`; `ladder` says that the `else` is another `if`; `initial` that the header makes a variable."""

    chain: tuple[Node, ...]
    condition: Node
    then: Node
    otherwise: Node | None
    ladder: bool
    initial: bool

    @property
    def node(self) -> Node:
        """The `if` itself."""
        return self.chain[-1]

    @property
    def follows_else(self) -> bool:
        """Whether it is the `else if` of another one."""
        parent = self.chain[-2]
        return parent.type == "else_clause" or (parent.type in _IFS and not same(_then(parent), self.node))


def branch_at(source: Source, byte: int) -> Branch:
    """The `if` whose header, or `else`, a byte touches, or the blanks before it. Raises `invalid` where there is none."""
    if source.language not in LANGUAGES:
        raise refused("Conditions of this language are not understood.")
    data = source.offsets.data
    if not data[data.rfind(b"\n", 0, byte) + 1 : byte].strip():
        while data[byte : byte + 1] in (b" ", b"\t"):
            byte += 1
    chain = source.chain(byte, min(byte + 1, len(data)))
    for at in range(len(chain) - 1, 0, -1):
        node = chain[at]
        if (
            node.type in _IFS
            and node.is_named
            and (found := _branch(tuple(chain[: at + 1]), source.language)) is not None
        ):
            end = found.then.start_byte
            if node.start_byte <= byte <= end or _on_else(found, byte):
                return found
    raise refused("There is no `if` here.", "Put the cursor on an `if`.")


def branches_in(source: Source, chain: Sequence[Node]) -> list[Branch]:
    """Every `if` below the last node of a chain, in the order of the text."""
    found = []
    for node in within(chain[-1]):
        if node.type in _IFS and node.is_named:
            path = source.chain(node.start_byte, node.end_byte)
            at = next((i for i, one in enumerate(path) if one.id == node.id), None)
            made = _branch(tuple(path[: at + 1]), source.language) if at else None
            found += [made] if made is not None else []
    return found


def _on_else(found: Branch, byte: int) -> bool:
    return found.otherwise is not None and found.then.end_byte <= byte <= found.otherwise.start_byte


def _branch(chain: tuple[Node, ...], language: str) -> Branch | None:
    node = chain[-1]
    condition = node.child_by_field_name("condition")
    then = _then(node)
    if condition is None or then is None:
        return None
    initial = node.child_by_field_name("initializer") is not None
    if condition.type == "condition_clause":
        initial = condition.child_by_field_name("initializer") is not None
        value = condition.child_by_field_name("value")
        if value is None or value.type == "declaration":
            return None
        condition = value
    elif condition.type == "parenthesized_expression" and language not in _FREE:
        inner = [child for child in condition.named_children if child.type not in COMMENTS]
        if len(inner) != 1:
            return None
        condition = inner[0]
    otherwise, ladder = _else(node, then)
    return Branch(chain, condition, then, otherwise, ladder, initial)


def _then(node: Node) -> Node | None:
    found = node.child_by_field_name("consequence") or node.child_by_field_name("body")
    if found is None and node.type == "if_expression":  # Kotlin's grammar has no fields for the branches
        condition = node.child_by_field_name("condition")
        rest = [c for c in node.named_children if not same(c, condition) and c.type not in COMMENTS]
        found = rest[0] if rest else None
    return found


def _else(node: Node, then: Node) -> tuple[Node | None, bool]:
    if any(child.type in _ELSE_IFS for child in node.children):
        return None, True
    clause = node.child_by_field_name("alternative")
    if clause is None and node.type == "if_expression":
        rest = [c for c in node.named_children if c.start_byte >= then.end_byte and c.type not in COMMENTS]
        clause = rest[0] if rest else None
    if clause is None:
        return None, False
    if clause.type in ("else_clause", "else"):
        if clause.type == "else":
            return clause, False
        body = clause.child_by_field_name("body") or next(
            (child for child in clause.named_children if child.type not in COMMENTS), None
        )
        return body, body is None or body.type in _IFS
    return clause, clause.type in _IFS


def has_comment_between(found: Branch) -> bool:
    """Whether a comment stands in an `if`, but in neither of its branches."""
    pieces = list(found.node.children)
    clause = found.node.child_by_field_name("alternative")
    if clause is not None and clause.type == "else_clause":
        pieces += clause.children
    return any(piece.type in COMMENTS for piece in pieces)


def opposite(source: Source, condition: Node) -> str:
    """The condition that holds exactly when the given one does not: `!=` for `==`, nothing for a `!`, else `!(...)`.

    `<` does not become `>=`: both are false for what cannot be compared. Raises `invalid` for patterns.
    """
    text = source.text(condition)
    if condition.type in ("let_condition", "let_chain") or "let_condition" in {
        c.type for c in condition.named_children
    }:
        raise refused("A pattern has no opposite.")
    if source.language == "python":
        return _opposite_in_python(source, condition, text)
    if condition.type in (
        "unary_expression",
        "prefix_unary_expression",
        "unary_op_expression",
        "unary",
        "prefix_expression",
    ) and (condition.children[0].type == "!" or text.startswith("!")):
        return _bare(source, condition.named_children[-1])
    flips = (
        condition.type in ("binary_expression", "binary", "equality_expression") and source.language != "cpp"
    )
    if (turned := _ordered(source, condition)) is not None:
        return turned
    sign = operator(condition) or next((c.type for c in condition.children if not c.is_named), "")
    if flips and sign in _FLIPPED:
        at = next(c for c in condition.children if c.type == sign)
        return (
            source.offsets.text(condition.start_byte, at.start_byte)
            + _FLIPPED[sign]
            + source.offsets.text(at.end_byte, condition.end_byte)
        )
    tight = (
        level(source, condition) >= POSTFIX
        if family(source.language)
        else bool(_TIGHT.search(condition.type))
    )
    if condition.type == "command_call" or (
        source.language == "ruby"
        and condition.type == "call"
        and not text.rstrip().endswith((")", "?"))
        and " " in text
    ):
        tight = False
    return f"!{text}" if tight else f"!({text})"


_TURNED = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _ordered(source: Source, condition: Node) -> str | None:
    """`>=` for `<` where one side is an integer by the language's rules: an integer in Rust, a length in Go."""
    if condition.type != "binary_expression" or (sign := operator(condition)) not in _TURNED:
        return None
    sides = (condition.named_children[0], condition.named_children[-1])
    shown = [source.text(side) for side in sides]
    if source.language == "rust":
        whole = any(side.type == "integer_literal" for side in sides)
    else:
        whole = source.language == "go" and any(re.match(r"(?:len|cap)\(", text) for text in shown)
    if not whole:
        return None
    at = next(child for child in condition.children if child.type == sign)
    before = source.offsets.text(condition.start_byte, at.start_byte)
    return before + _TURNED[sign] + source.offsets.text(at.end_byte, condition.end_byte)


def _bare(source: Source, node: Node) -> str:
    """What a `!` stood before, without the parentheses that only it needed."""
    text = source.text(node)
    if node.type not in ("parenthesized_expression", "parenthesized_statements"):
        return text
    inner = [child for child in node.named_children if child.type not in COMMENTS]
    braces = source.language in ("go", "rust") and any(_braced(child) for child in inner)
    plain = text[1:-1].strip()
    commented = len(inner) != node.named_child_count
    return text if braces or commented or len(inner) != 1 else plain


_ENCLOSED = frozenset({"arguments", "argument_list", "block", "parenthesized_expression", "token_tree"})


def _braced(node: Node) -> bool:
    """Whether a literal's braces would be taken for the body of the `if`."""
    if node.type in ("composite_literal", "struct_expression"):
        return True
    return node.type not in _ENCLOSED and any(_braced(child) for child in node.named_children)


def _opposite_in_python(source: Source, condition: Node, text: str) -> str:
    if condition.type == "not_operator":
        argument = condition.child_by_field_name("argument")
        if argument is None:
            raise refused("This condition is not understood.")
        inner = source.text(argument)
        single = argument.type == "parenthesized_expression" and argument.named_child_count == 1
        return inner[1:-1].strip() if single and "\n" not in inner and "#" not in inner else inner
    if condition.type == "comparison_operator" and condition.named_child_count == 2:
        left, right = condition.named_children
        between = source.offsets.text(left.end_byte, right.start_byte)
        sign = " ".join(between.split())
        if sign in _PYTHON:
            return source.text(left) + between.replace(between.strip(), _PYTHON[sign]) + source.text(right)
    return f"not ({text})" if condition.type in _LOOSE_IN_PYTHON else f"not {text}"
