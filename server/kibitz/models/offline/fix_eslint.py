"""What linters of JavaScript, TypeScript and React say, and what is meant by it."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import line_end
from kibitz.models.offline.fix_case import IDENTIFIERS, Case, Change, Splice
from kibitz.models.offline.fix_lines import from_list, without
from kibitz.syntax.view import View
from kibitz.text import Position

_SHOWN = str.maketrans({" ": "·", "\n": "⏎", "\t": "↹", "\r": "␍"})
_MEANT = str.maketrans({"·": " ", "⏎": "\n", "↹": "\t", "␍": "\r"})


def formatted(case: Case) -> Change | None:
    """What prettier would write, which its message spells out; nothing where the text is not what it speaks of."""
    said = case.problem.message.strip()
    if (found := re.fullmatch(r"Insert `([^`]+)`", said)) is not None:
        if "·" in case.text:
            return None
        return case.change(
            "Format as prettier does", Splice(case.start, case.start, found[1].translate(_MEANT))
        )
    if (found := re.fullmatch(r"(?:Delete `(.+)`|Replace `(.+)` with `(.+)`)", said)) is None:
        return None
    old, new = found[1] or found[2], found[3] or ""
    if "` with `" in old or "` with `" in new:
        return None
    end = case.start + len(old)
    there = case.text[case.start : end]
    if there.translate(_SHOWN) != old or "·" in there:
        return None
    return case.change("Format as prettier does", Splice(case.start, end, new.translate(_MEANT)))


_DEPENDENCY = re.compile(r"'([A-Za-z_$][\w$.?]*)'")


def depends(case: Case) -> Change | None:
    """What a hook's list of dependencies misses is put into it; not certain, as the hook then runs more often."""
    node = case.node()
    listed = (
        node if node is not None and node.kind == "array" else node.up("array") if node is not None else None
    )
    names = _DEPENDENCY.findall(case.group("several"))
    if listed is None or not names or listed.parent is None or listed.parent.kind != "arguments":
        return None
    held = [item.text for item in listed.items]
    if any(name in held for name in names):
        return None
    text = ", ".join(names)
    at = listed.items[-1].end if listed.items else listed.start + 1
    shown = text if len(names) < 4 else f"{len(names)} dependencies"
    return case.change(
        f"Add {shown} to the dependencies", Splice(at, at, f", {text}" if held else text), certain=False
    )


def needless_dependency(case: Case) -> Change | None:
    """What a hook does not use leaves its list of dependencies."""
    node = case.node()
    listed = (
        node if node is not None and node.kind == "array" else node.up("array") if node is not None else None
    )
    names = _DEPENDENCY.findall(case.group("several"))
    if listed is None or len(names) != 1:
        return None
    items = [item for item in listed.items if item.text == names[0]]
    if len(items) != 1:
        return None
    return case.change(
        f"Remove {names[0]} from the dependencies", from_list(case, items[0]), certain=False, reach=listed
    )


def escaped_entity(case: Case) -> Change | None:
    """A mark in the text of an element, as the linter spells it."""
    mark, meant = case.group("mark"), case.group("meant")
    if len(mark) != 1 or case.text[case.start : case.start + 1] != mark:
        return None
    return case.change(f"Write `{meant}`", Splice(case.start, case.start + 1, meant))


def unknown_type(case: Case) -> Change | None:
    """`any` becomes `unknown`; not certain, as what is done with the value must then ask what it is."""
    if not re.match(r"any\b", case.text[case.start :]):
        return None
    return case.change("Use `unknown`", Splice(case.start, case.start + 3, "unknown"), certain=False)


def inferred_type(case: Case) -> Change | None:
    """An annotation that says what the literal says goes."""
    node = case.node()
    while node is not None and node.child("type") is None:
        node = node.parent
    annotation, value = (node.child("type"), node.child("value")) if node is not None else (None, None)
    if annotation is None or value is None or annotation.text.strip(": ") != case.group("meant"):
        return None
    return case.change("Remove the annotation", Splice(annotation.start, annotation.end, ""))


def import_type(case: Case) -> Change | None:
    """An import of types only says so."""
    node = case.node()
    statement = node if node is not None and node.kind == "import_statement" else None
    if statement is None and node is not None:
        statement = node.up("import_statement")
    word = statement.children[0] if statement is not None else None
    if statement is None or word is None or re.match(r"import\s+type\b", statement.text):
        return None
    if any(n.text == "type" for n in statement.walk() if not n.named):
        return None
    return case.change("Use `import type`", Splice(word.end, word.end, " type"))


def expected_error(case: Case) -> Change | None:
    """A comment that silences whatever comes becomes one that says when it is needed no longer; not certain that it is."""
    line = case.problem.range.start.line
    found = re.search(r"@ts-ignore(?=:?[ \t]*\w[^*\n]{2})", case.document.line(line))
    if found is None:  # without a reason behind it, the other comment is reported as well
        return None
    at = case.document.offset(Position(line, found.start()))
    return case.change(
        "Use `@ts-expect-error`", Splice(at, at + len(found[0]), "@ts-expect-error"), certain=False
    )


def awaited_promise(case: Case) -> Change | None:
    """A promise nobody waits for is awaited, in a function that can; not certain that it was meant to be."""
    node = case.node()
    statement = node if node is not None and node.kind == "expression_statement" else None
    if statement is None and node is not None:
        statement = node.up("expression_statement")
    function = case.function(statement) if statement is not None else None
    if statement is None or function is None or not statement.items or statement.start != case.start:
        return None
    head = function.text.split("(", 1)[0]
    if statement.items[0].kind != "call_expression" or not re.search(r"\basync\b", head):
        return None
    return case.change("Await the call", Splice(statement.start, statement.start, "await "), certain=False)


def braced_case(case: Case) -> Change | None:
    """A case that declares something has a block of its own, where no other case uses what it declares."""
    node = case.node()
    clause = node.up("switch_case", "switch_default") if node is not None else None
    body = clause.all("body") if clause is not None else ()
    colon = next((c for c in clause.children if c.text == ":"), None) if clause is not None else None
    around = clause.parent if clause is not None else None
    if clause is None or not body or colon is None or around is None:
        return None
    names = {
        name.text
        for item in body
        if item.kind in ("lexical_declaration", "class_declaration", "function_declaration")
        for one in (*item.items, item)
        if (held := one.child("name")) is not None
        for name in held.walk()
        if name.kind in IDENTIFIERS or name.kind == "shorthand_property_identifier_pattern"
    }
    outside = case.text[around.start : clause.start] + case.text[clause.end : around.end]
    if not names or any(re.search(rf"(?<![\w$]){re.escape(n)}(?![\w$])", outside) for n in names):
        return None
    margin = case.document.line(clause.range.start.line)[: clause.range.start.character]
    if margin.strip() or body[0].range.start.line == clause.range.start.line:
        return None
    return case.change(
        "Put the case into a block",
        Splice(colon.end, colon.end, " {"),
        Splice(body[-1].end, body[-1].end, f"{line_end(case)}{margin}}}"),
    )


def list_comma(case: Case) -> Change | None:
    """The comma behind a list's last element comes or goes."""
    if case.problem.message.startswith("Unexpected"):
        if case.text[case.start : case.start + 1] != ",":
            return None
        return case.change("Remove `,`", Splice(case.start, case.start + 1, ""))
    before = case.text[: case.start].rstrip()
    rest = case.text[len(before) :].lstrip()
    if before[-1:] in ("", ",", "(", "[", "{") or rest[:1] not in (")", "]", "}", ">"):
        return None
    return case.change("Insert `,`", Splice(len(before), len(before), ","))


def no_console(case: Case) -> Change | None:
    """A statement that only writes to the console goes; not certain that nobody reads it."""
    node = case.node()
    statement = node.up("expression_statement") if node is not None else None
    block = statement.parent if statement is not None else None
    if statement is None or block is None or block.kind not in ("statement_block", "program"):
        return None
    if not re.match(r"console\.\w+\s*\(", statement.text) or re.search(
        r"\bawait\b|=|\+\+|--", statement.text
    ):
        return None
    return case.change("Remove the statement", without(case, statement), certain=False, reach=block)


_CASES = (
    *("switch_case", "switch_default", "case_statement", "switch_block_statement_group"),
    *("switch_rule", "expression_case"),
)


def broken_out(case: Case) -> Change | None:
    """`break` where one case runs on into the next; not certain that it was not meant to."""
    node: View | None = case.node()
    while node is not None and node.kind not in _CASES:
        node = node.parent
    if node is not None and re.search(r"(?i)before|previous", case.problem.message):
        node = node.previous
    if node is None or node.kind not in _CASES or len(node.items) < 2:
        return None
    last = node.items[-1]
    if last.kind == "comment" or "label" in last.kind:
        return None
    margin = case.document.line(last.range.start.line)[: last.range.start.character]
    text = f"{line_end(case)}{margin}break;" if not margin.strip() else " break;"
    return case.change("Add `break`", Splice(last.end, last.end, text), certain=False)
