"""What compilers and linters of Go, Rust, Java, C, C++ and the shell say, and what is meant by it."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.view import View
from kibitz.text import Position


def needless_mut(case: Case) -> Change | None:
    """`mut` before a variable that never changes goes."""
    found = re.compile(r"mut\s+").match(case.text, case.start)
    if found is None or not re.match(r"\w", case.text[found.end() : found.end() + 1]):
        return None
    return case.change("Remove `mut`", Splice(found.start(), found.end(), ""))


def mutable(case: Case) -> Change | None:
    """`mut` at the declaration of a variable that changes."""
    node = case.place()
    function = case.function(node) if node is not None else None
    if node is None or function is None:
        return None
    found = []
    for word in function.walk():
        parent = word.parent
        if word.kind != "identifier" or word.text != node.text or parent is None or word.start > node.start:
            continue
        let = parent.kind == "let_declaration" and parent.child("pattern") == word
        parameter = parent.kind == "parameter" and parent.child("pattern") == word
        if (let or parameter) and not any(c.kind == "mutable_specifier" for c in parent.children):
            found.append((word, let))
    if len(found) != 1:
        return None
    at = found[0][0].start
    return case.change(f"Declare `{node.text}` with `mut`", Splice(at, at, "mut "))


def needless_parentheses(case: Case) -> Change | None:
    """The parentheses around a value go."""
    said = case.said
    node = case.node()
    whole = node.up("parenthesized_expression") if node is not None else None
    if whole is None or (said and whole.text != said and not said.startswith("(")):
        return None
    if whole.start != case.start or not whole.items:
        return None
    before = case.text[whole.start - 1 : whole.start]
    gap = " " if before.isalnum() else ""
    return case.change(
        "Remove the parentheses", Splice(whole.start, whole.end, gap + whole.text[1:-1].strip())
    )


def ignored_result(case: Case) -> Change | None:
    """The compiler's own help for a value that must be used: said to be ignored. Not certain that it may be."""
    node = case.node()
    statement = node.up("expression_statement") if node is not None else None
    if statement is None or statement.parent is None:
        return None
    return case.change(
        "Ignore the result", Splice(statement.start, statement.start, "let _ = "), certain=False
    )


def assigned(case: Case) -> Change | None:
    """`:=` that declares nothing becomes `=`."""
    node = case.node()
    statement = node.up("short_var_declaration") if node is not None else None
    if statement is None and case.root is not None:
        line = case.problem.range.start.line
        found = [n for n in case.nearby() if n.kind == "short_var_declaration" and n.range.start.line == line]
        statement = found[0] if len(found) == 1 else None
    mark = next((c for c in statement.children if c.text == ":="), None) if statement is not None else None
    return case.change("Assign with `=`", Splice(mark.start, mark.end, "=")) if mark is not None else None


def trailing_comma(case: Case) -> Change | None:
    """The comma Go wants before a line break in a list."""
    line = case.problem.range.start.line
    for at in (line, line - 1):
        if at < 0:
            continue
        text = case.document.line(at).rstrip()
        begin = case.document.offset(Position(at, 0))
        end = begin + len(re.sub(r"\s*//.*$", "", text))
        if case.text[end - 1 : end] not in ("", ",", "{", "(", "["):
            return case.change("Insert `,`", Splice(end, end, ","))
    return None


def java_override(case: Case) -> Change | None:
    """The annotation of a method that replaces an inherited one."""
    node = case.place() or case.node()
    method = node.up("method_declaration") if node is not None else None
    if method is None or "@Override" in method.text.split("(")[0]:
        return None
    line = method.range.start.line
    margin = case.document.line(line)[: method.range.start.character]
    end = "\r\n" if "\r\n" in case.text else "\n"
    text = f"@Override{end}{margin}" if not margin.strip() else "@Override "
    return case.change("Add `@Override`", Splice(method.start, method.start, text))


_CONSTRUCTOR_CALL = re.compile(r"[ \t]*((super|this)\s*\((.*)\);)[ \t]*(?://.*)?$")
_GETS_VALUE = re.compile(r"(\w+)\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>>?=|\+\+|--)|(?:\+\+|--)\s*(\w+)")


def constructor_call_first(case: Case) -> Change | None:
    """`super(…)` or `this(…)` above the statements it must not stand behind, where it needs nothing of them; not certain, as
    they stand before it in the text. Read from the text: where such a call is not the first, it is nothing to the grammar."""
    line = case.problem.range.start.line
    found = _CONSTRUCTOR_CALL.match(case.document.line(line).rstrip("\r\n"))
    begin = case.document.offset(Position(line, 0))
    node = case.view(begin, begin + len(case.document.line(line).rstrip()))
    body = node.up("constructor_body") if node is not None else None
    if found is None or body is None or not body.items:
        return None
    first = body.items[0]
    margin = case.document.line(first.range.start.line)[: first.range.start.character]
    above = case.text[body.start : begin]
    given = {one or other for one, other in _GETS_VALUE.findall(above)}
    if first.start >= begin or margin.strip() or given & set(re.findall(r"\w+", found[3])):
        return None
    moved = Splice(first.start, first.start, found[1] + ("\r\n" if "\r\n" in case.text else "\n") + margin)
    gone = Splice(begin, begin + len(case.document.lines[line]), "")
    return case.change(f"Move `{found[2]}(…)` to the top", moved, gone, certain=False, reach=body)


def cpp_override(case: Case) -> Change | None:
    """`override` behind the parameters of a virtual function that replaces one."""
    node = case.node()
    declarator = node.up("function_declarator") if node is not None else None
    if declarator is None or "override" in declarator.text or "->" in declarator.text:
        return None
    return case.change("Add `override`", Splice(declarator.end, declarator.end, " override"))


def null_pointer(case: Case) -> Change | None:
    """`NULL` and `0` as a pointer become `nullptr`."""
    found = re.compile(r"(?:NULL|0)\b").match(case.text, case.start)
    return case.change("Use `nullptr`", Splice(found.start(), found.end(), "nullptr")) if found else None


def quoted(case: Case) -> Change | None:
    """A shell expansion in double quotes."""
    said = case.said
    if not re.fullmatch(r"\$(?:\w+|\{[^{}\"]*\}|[@*#?$!-])", said) or '"' in said:
        return None
    tree = case.tree
    if tree is None or tree.in_string(case.document.position(case.start + 1)):
        return None
    return case.change(f"Quote `{said}`", Splice(case.start, case.end, f'"{said}"'), certain=False)


def dollar_parentheses(case: Case) -> Change | None:
    """Backticks become `$(…)`, where nothing in them is escaped."""
    said = case.said
    if len(said) < 3 or said[0] != "`" or said[-1] != "`" or "\\" in said or "`" in said[1:-1]:
        return None
    return case.change("Use `$(…)`", Splice(case.start, case.end, f"$({said[1:-1]})"))


def raw_read(case: Case) -> Change | None:
    """`read` that keeps backslashes."""
    found = re.compile(r"read\b").match(case.text, case.start)
    if found is None:
        return None
    return case.change("Use `read -r`", Splice(found.end(), found.end(), " -r"))


def guarded_cd(case: Case) -> Change | None:
    """A script that ends where its folder is not there."""
    node = case.node()
    command: View | None = node.up("command") if node is not None else None
    if command is None or not command.text.startswith(("cd ", "pushd ", "popd")):
        return None
    parent = command.parent
    if parent is None or parent.kind not in ("program", "compound_statement", "do_group", "if_statement"):
        return None
    word = "return" if any(a.kind == "function_definition" for a in command.around()) else "exit"
    return case.change(f"Add `|| {word}`", Splice(command.end, command.end, f" || {word}"), certain=False)


def statement_gone(case: Case) -> Change | None:
    """A statement that does nothing."""
    node = case.node()
    while node is not None and not node.kind.endswith("statement"):
        node = node.parent
    if node is None or node.range.start.line != case.problem.range.start.line:
        return None
    return case.change("Remove the statement", without(case, node), reach=node.parent)


def removed_include(case: Case) -> Change | None:
    """A header nothing here needs."""
    if case.root is None:
        return None
    line = case.problem.range.start.line
    found = [n for n in case.nearby() if n.kind == "preproc_include" and n.range.start.line == line]
    if len(found) != 1:
        return None
    node = found[0]
    begin = case.document.offset(Position(line, 0))
    text = case.document.line(line)
    if re.search(r"//|/\*", text):
        return None
    whole = len(case.document.lines[line])
    return case.change(f"Remove `{node.text.strip()}`", Splice(begin, begin + whole, ""))
