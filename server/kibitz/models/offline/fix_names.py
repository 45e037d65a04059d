"""Names that are not there: the one that was meant, as the checker says or as only one other comes near."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import imported
from kibitz.models.offline.fix_case import IDENTIFIERS, Case, Change, Splice
from kibitz.models.offline.fix_known import members
from kibitz.syntax.facts import facts
from kibitz.syntax.model import ScopeName
from kibitz.syntax.view import View

_SHORTEST = 4
"""Below, too many names are one key away from each other."""
_WORD = re.compile(r"[^\W\d][\w$]*")


def suggested(case: Case) -> Change | None:
    """The name the checker says was meant, at the place it speaks of."""
    meant = case.group("meant")
    node = case.place()
    if node is None or not meant or meant == node.text or not re.fullmatch(r"[\w$.:#]+", meant):
        return None
    start, end = node.start, node.end
    if node.kind == "dotted_name":
        start = end - len(case.name)
    if (everywhere := _renamed_import(case, node, meant)) is not None:
        return everywhere
    if _bound_now(case, node):
        return None
    if (declared := _declared_wrong(case, node, meant)) is not None:
        return declared
    text = meant
    if node.kind.startswith("shorthand_property_identifier"):  # `{ a }` says both a property and a variable
        key = node.kind.endswith("pattern") or case.problem.code == "2561"
        text = f"{meant}: {node.text}" if key else f"{node.text}: {meant}"
        if not node.kind.endswith("pattern") and key and not visible_of(case, node, {node.text}):
            if not visible_of(case, node, {meant}):
                return None
            text = meant  # the slip is in both
    reach = case.function(node)
    return case.change(f"Change `{case.name}` to `{meant}`", Splice(start, end, text), reach=reach)


def suggested_of_several(case: Case) -> Change | None:
    """Of the names the checker says may have been meant, the only one that is one slip of the fingers away; not certain."""
    node = case.place()
    if node is None or _bound_now(case, node):
        return None
    near = {name for name in _WORD.findall(case.group("several")) if slip(node.text, name)} - _loop_names(
        node
    )
    if len(near) != 1:
        return None
    (meant,) = near
    title = f"Change `{case.name}` to `{meant}`"
    return case.change(title, Splice(node.start, node.end, meant), certain=False, reach=case.function(node))


def _renamed_import(case: Case, node: View, meant: str) -> Change | None:
    """A name that its module does not have, changed where it is imported and wherever it is used."""
    holder = node.parent
    if holder is None or holder.kind != "import_specifier" or len(holder.items) != 1 or case.root is None:
        return None
    uses = case.others(node, case.root)
    shorthand = any(use.kind.startswith("shorthand") for use in uses)
    if (
        not uses
        or shorthand
        or not meant.isidentifier()
        or re.search(rf"(?<![\w$.]){meant}(?![\w$])", case.text)
    ):
        return None
    splices = [Splice(one.start, one.end, meant) for one in sorted((node, *uses), key=lambda n: n.start)]
    return case.change(f"Change `{node.text}` to `{meant}` everywhere", *splices, certain=False)


def _bound_now(case: Case, node: View) -> bool:
    """Whether the name is a variable that can be used here: then the report is of an older text."""
    parent = node.parent
    fields = (
        "attribute",
        "member_expression",
        "selector_expression",
        "field_expression",
        "scoped_identifier",
    )
    if (
        parent is None
        or parent.kind in fields
        or node.kind.startswith(("property", "field", "dotted", "type"))
    ):
        return False
    if case.problem.code in ("2561", "2662", "2663") or not elsewhere(case, node):
        return False
    return bool(visible_of(case, node, {node.text}))


def elsewhere(case: Case, node: View) -> bool:
    """Whether the name stands a second time in the text, as one that is bound must."""
    return len(re.findall(rf"(?<![\w$]){re.escape(node.text)}(?![\w$])", case.text)) > 1


def _declared_wrong(case: Case, node: View, meant: str) -> Change | None:
    """Where the name that is near stands once and the undefined one is used again, it is the declaration that is wrong."""
    function = case.function(node)
    if function is None or not slip(node.text, meant) or not case.others(node, function):
        return None
    words = [w for w in function.walk() if w.kind in IDENTIFIERS and w.text == meant]
    if len(words) != 1 or words[0].start > node.start:
        return None
    title = f"Rename `{meant}` to `{node.text}`, as it is used"
    return case.change(title, Splice(words[0].start, words[0].end, node.text), certain=False, reach=function)


def undefined(case: Case) -> Change | None:
    """A name that is defined nowhere: its import where only one is possible, else the only name that comes near."""
    node = case.place()
    if node is None or _bound_now(case, node):
        return None
    return imported(case, node) or _near(case, node)


def _near(case: Case, node: View) -> Change | None:
    """The only visible name that one slip of the fingers away from it; not certain, as nobody said so."""
    name = node.text
    if len(name) < _SHORTEST or case.tree is None:
        return None
    written = {word for word in set(_WORD.findall(case.text)) if slip(name, word)}
    near = visible_of(case, node, written - _loop_names(node))
    near |= {w for w in facts(case.language).words if w != name and slip(name, w) and len(w) >= _SHORTEST}
    if len(near) != 1:
        return None
    meant = near.pop()
    if node.kind == "shorthand_property_identifier_pattern":
        return None
    if (declared := _declared_wrong(case, node, meant)) is not None:
        return declared
    return case.change(
        f"Change `{name}` to `{meant}`",
        Splice(node.start, node.end, meant),
        certain=False,
        reach=case.function(node),
    )


_LOOPS = {
    "for_statement": ("left", "right"),
    "for_in_clause": ("left", "right"),
    "for_in_statement": ("left", "right"),
    "range_clause": ("left", "right"),
    "for_expression": ("pattern", "value"),
    "enhanced_for_statement": ("name", "value"),
    "for_range_loop": ("declarator", "right"),
}
"""Loops over things -> their fields for what is bound, and for what is gone over."""


def _loop_names(node: View) -> set[str]:
    """What the loops bind that go over what the node is part of: nobody goes over what the loop itself makes."""
    names: set[str] = set()
    for loop in node.around():
        bound, over = _LOOPS.get(loop.kind, ("", ""))
        target, things = (loop.child(bound), loop.child(over)) if bound else (None, None)
        if target is not None and things is not None and things.start <= node.start < things.end:
            names |= {word.text for word in target.walk() if word.kind in IDENTIFIERS}
    return names


_MEMBERS = frozenset(
    {
        *("attribute", "member_expression", "selector_expression", "field_expression", "field_access"),
        *("method_invocation", "scoped_identifier", "member_access_expression", "method_reference"),
    }
)


def near_member(case: Case) -> Change | None:
    """The only member one slip of the fingers away: that the library's type has, else that this file has, or uses of the same
    thing; not certain, as types are not known."""
    node = case.place()
    if node is None or len(node.text) < _SHORTEST or node.parent is None or node.parent.kind not in _MEMBERS:
        return None
    if case.problem.message.startswith('Item "None"'):
        return None
    owner = case.text[max(0, node.start - _OWNER) : node.start]
    if re.search(r"(?:\.|->|::)\s*$", owner) is None:
        return None
    near = {name for name in members(case.language, case.group("type")) if slip(node.text, name)}
    near = {name for name in near if name.casefold() == node.text.casefold()} or near
    for match in () if near else re.finditer(r"([\w)\]]+)\s*(?:\.|->|::)\s*(?=(\w+))", case.text):
        if slip(node.text, match[2]) and owner.rstrip(".->: \t\r\n").endswith(match[1]):
            near.add(match[2])
    if not near and case.tree is not None:
        near = {d.name for d in case.tree.definitions if d.container and slip(node.text, d.name)}
    meant = sorted(near)
    if len(meant) != 1:
        return None
    title = f"Change `{node.text}` to `{meant[0]}`"
    return case.change(
        title, Splice(node.start, node.end, meant[0]), certain=False, reach=case.function(node)
    )


_OWNER = 80
"""Characters before a member that are looked at for what it is a member of."""

_SIGNATURES = (
    "function_signature",
    "function_type",
    "method_signature",
    "call_signature",
    "construct_signature",
)


def visible_of(case: Case, node: View, names: set[str]) -> set[str]:
    """Which of the names can be used at a node; parameters of signatures without a body cannot."""
    if not names or case.tree is None:
        return set()
    position = node.range.start
    found = names & _usable(case, node, case.tree.local_scope(position))
    if case.language == "python":  # what stands behind a dot only is bound nowhere in the file
        names = {name for name in names if name in found or re.search(rf"(?<![\w.]){name}(?!\w)", case.text)}
    return found if found == names else names & _usable(case, node, case.tree.scope(position))


def _usable(case: Case, node: View, scope: tuple[ScopeName, ...]) -> set[str]:
    names: set[str] = set()
    for name in scope:
        if name.kind == "parameter" and case.root is not None:
            signature = case.root.at(*name.range).up(*_SIGNATURES)
            if signature is not None and not signature.start <= node.start < signature.end:
                continue
        names.add(name.name)
    return names


def slip(one: str, other: str) -> bool:
    """Whether one key too many, too few, wrong, or two swapped make one of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    a, b = one[at:], other[at:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]
