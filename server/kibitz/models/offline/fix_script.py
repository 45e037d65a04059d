"""What checkers of JavaScript and TypeScript say, and what is meant by it."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import IDENTIFIERS, Case, Change, Splice
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.view import View
from kibitz.text import Position

_MODIFIERS = ("accessibility_modifier", "static", "abstract", "declare")


def constant(case: Case) -> Change | None:
    """`let` becomes `const` where nothing else is declared beside the name."""
    node = case.place()
    declaration = (
        node.up("lexical_declaration", "variable_declaration", "for_in_statement")
        if node is not None
        else None
    )
    if node is None or declaration is None:
        return None
    word = next((c for c in declaration.children if c.text in ("let", "var")), None)
    if word is None or word.text != "let":
        return None
    if declaration.kind == "lexical_declaration":
        declarators = [c for c in declaration.items if c.kind == "variable_declarator"]
        pattern = declarators[0].child("name") if len(declarators) == 1 else None
        if pattern is None or (pattern != node and len(_bound(pattern)) > 1):
            return None
        if declarators[0].child("value") is None:
            return None
    return case.change(f"Declare `{node.text}` with `const`", Splice(word.start, word.end, "const"))


def _bound(pattern: View) -> list[str]:
    return [
        n.text for n in pattern.walk() if n.kind in ("identifier", "shorthand_property_identifier_pattern")
    ]


def assignable(case: Case) -> Change | None:
    """The declaration of a constant that is assigned to becomes `let`; not certain that this was meant."""
    node = case.place()
    if node is None or case.root is None:
        return None
    found = []
    for around in node.around():
        for child in around.items:
            declarators = child.items if child.kind == "lexical_declaration" else ()
            names = [d.child("name") for d in declarators if d.kind == "variable_declarator"]
            if any(n is not None and n.text == node.text for n in names):
                found.append(child)
        if found:
            break
    if len(found) != 1 or found[0].children[0].text != "const":
        return None
    word = found[0].children[0]
    return case.change(
        f"Declare `{node.text}` with `let`", Splice(word.start, word.end, "let"), certain=False
    )


def no_var(case: Case) -> Change | None:
    """`var` becomes `let` where the name is used in its block only, and declared once."""
    node = case.node()
    declaration = node.up("variable_declaration") if node is not None else None
    block = declaration.parent if declaration is not None else None
    if declaration is None or block is None or block.kind not in ("statement_block", "program"):
        return None
    scope = case.function(declaration) or case.root
    names = {n for d in declaration.items if (name := d.child("name")) is not None for n in _bound(name)}
    if block.kind == "program" or scope is None:
        return None
    for word in scope.walk():
        if word.kind in IDENTIFIERS and word.text in names:
            if word.start < declaration.start or not block.start <= word.start < block.end:
                return None
            if word.start >= declaration.end and word.up("variable_declarator") is not None:
                holder = word.up("variable_declarator")
                if holder is not None and holder.child("name") == word:
                    return None
    word = declaration.children[0]
    given = all(d.child("value") is not None for d in declaration.items if d.kind == "variable_declarator")
    kind = "const" if given and not any(_assigns(n, names) for n in scope.walk()) else "let"
    return case.change(f"Declare with `{kind}`", Splice(word.start, word.end, kind))


def _assigns(node: View, names: set[str]) -> bool:
    """Whether a node gives one of the names another value."""
    target = {
        "assignment_expression": "left",
        "augmented_assignment_expression": "left",
        "update_expression": "argument",
        "for_in_statement": "left",
    }.get(node.kind)
    held = node.child(target) if target is not None else None
    return held is not None and any(n.kind in IDENTIFIERS and n.text in names for n in held.walk())


def strict_equality(case: Case) -> Change | None:
    """`==` becomes `===`; certain where both sides say that they are of one type."""
    meant, seen = case.group("meant"), case.group("name")
    node = case.node()
    expression = node.up("binary_expression") if node is not None else None
    mark = expression.child("operator") if expression is not None else None
    if expression is None or mark is None or mark.text != seen or meant not in ("===", "!=="):
        return None
    sides = [expression.child("left"), expression.child("right")]
    sure = any(s is not None and s.text.startswith("typeof ") for s in sides) and any(
        s is not None and s.kind == "string" for s in sides
    )
    return case.change(f"Use `{meant}`", Splice(mark.start, mark.end, meant), certain=sure)


def no_debugger(case: Case) -> Change | None:
    """A breakpoint goes."""
    node = case.node()
    statement = node.up("debugger_statement") if node is not None else None
    if statement is None or not _in_block(statement):
        return None
    return case.change("Remove `debugger`", without(case, statement))


def _in_block(statement: View) -> bool:
    return statement.parent is not None and statement.parent.kind in (
        "statement_block",
        "program",
        "switch_case",
    )


def unreachable(case: Case) -> Change | None:
    """Statements behind a return that can never run; kept where they declare what other code may use."""
    node = case.view(case.start, case.start + 1)
    statement = node
    while statement is not None and not (statement.parent is not None and statement.parent.kind in _HOLDERS):
        statement = statement.parent
    block = statement.parent if statement is not None else None
    if statement is None or block is None or statement.start != case.start:
        return None
    dead = [s for s in block.items if statement.start <= s.start and s.start < max(case.end, statement.end)]
    hoisted = ("function_declaration", "variable_declaration", "class_declaration", "labeled_statement")
    if not dead or any(n.kind in hoisted for s in dead for n in s.walk()):
        return None
    first, last = without(case, dead[0]), without(case, dead[-1])
    between = case.text[first.start : last.end]
    if re.search(r"//|/\*|#", between) and len(dead) > 1:
        return None
    return case.change("Remove code that is never reached", Splice(first.start, last.end, ""), certain=False)


_HOLDERS = ("statement_block", "block", "compound_statement", "statement_list", "program")


def override(case: Case) -> Change | None:
    """The modifier a member needs that replaces one of its base class."""
    node = case.node()
    kinds = ("method_definition", "public_field_definition", "method_signature", "abstract_method_signature")
    member = node.up(*kinds) if node is not None else None
    if member is None:
        return None
    after = [c for c in member.children if c.kind in _MODIFIERS]
    at = after[-1].end if after else member.children[0].start
    text = " override" if after else "override "
    return case.change("Add `override`", Splice(at, at, text))


def unused_directive(case: Case) -> Change | None:
    """A comment that expects an error where there is none, or silences a rule that has nothing to say."""
    node = case.node()
    if node is None or node.kind != "comment" or not node.text.startswith(("//", "/*")):
        return None
    if case.group("mark") and case.group("mark") not in node.text:
        return None
    line = node.range.start.line
    text = case.document.line(line)
    begin = case.document.offset(Position(line, 0))
    before = text[: node.range.start.character]
    if before.strip():
        return case.change("Remove the unused comment", Splice(begin + len(before.rstrip()), node.end, ""))
    if text[node.range.end.character :].strip():
        return None
    whole = len(case.document.lines[line])
    return case.change("Remove the unused comment", Splice(begin, begin + whole, ""))


def type_only(case: Case) -> Change | None:
    """A type is imported as one."""
    node = case.place()
    specifier = node.up("import_specifier") if node is not None else None
    if specifier is None or specifier.text.startswith("type "):
        return None
    return case.change(f"Import `{case.name}` as a type", Splice(specifier.start, specifier.start, "type "))


def other_import(case: Case) -> Change | None:
    """The import clause the compiler spells out, where nothing else is imported beside."""
    node = case.node()
    statement = node.up("import_statement") if node is not None else None
    clause = (
        next((c for c in statement.children if c.kind == "import_clause"), None)
        if statement is not None
        else None
    )
    if clause is None or len([n for n in clause.walk() if n.kind in ("import_specifier", "identifier")]) > 2:
        return None
    if any(n.text == "as" for n in clause.walk()):
        return None
    meant = case.group("meant")
    if not re.fullmatch(r"(\{ \w+ \}|\w+)", meant) or meant.strip("{ }") not in clause.text:
        return None
    return case.change(f"Import `{meant}`", Splice(clause.start, clause.end, meant))


def script_import(case: Case) -> Change | None:
    """The import that is spelled out, in the manner of the file: its quotes, semicolons and endings."""
    if case.root is None or (name := case.group("name")) == "":
        return None
    module = case.group("mark")
    imports = [i for i in case.root.items if i.kind == "import_statement" and i.child("source") is not None]
    sources = [s for i in imports if (s := i.child("source")) is not None]
    if module.startswith(".") and any(re.match(r"""["']\.{1,2}/.*\.js["']$""", s.text) for s in sources):
        module += ".js"
    title = f"Import `{name}` from `{module}`"
    for statement, source in zip(imports, sources, strict=True):
        named = next((n for n in statement.walk() if n.kind == "named_imports"), None)
        kinds = any(c.text == "type" for c in statement.children)
        if source.text[1:-1] == module and named is not None and named.items and not kinds:
            at = named.items[-1].end
            return case.change(title, Splice(at, at, f", {name}"), reach=statement)
    quote = '"' if sources and all(s.text.startswith('"') for s in sources) else "'"
    stop = "" if imports and not any(i.text.endswith(";") for i in imports) else ";"
    line = f"import {{ {name} }} from {quote}{module}{quote}{stop}"
    end = "\r\n" if "\r\n" in case.text else "\n"
    if imports:
        return case.change(title, Splice(imports[-1].end, imports[-1].end, end + line))
    first = next(iter(case.root.items), None)
    at = first.start if first is not None else 0
    return case.change(title, Splice(at, at, line + end * 2))


def needless_await(case: Case) -> Change | None:
    """`await` before what is no promise goes; not certain where the order of events counts."""
    node = case.node()
    expression = node.up("await_expression") if node is not None else None
    if expression is None or not expression.items:
        return None
    return case.change(
        "Remove `await`", Splice(expression.start, expression.items[0].start, ""), certain=False
    )


def needless_escape(case: Case) -> Change | None:
    """A backslash that changes nothing goes."""
    if case.text[case.start : case.start + 1] != "\\":
        return None
    return case.change("Remove the backslash", Splice(case.start, case.start + 1, ""))


def quotes(case: Case) -> Change | None:
    """The other kind of quotes, where the string holds none of either."""
    node = case.node()
    string = node.up("string") if node is not None else None
    mark = {"singlequote": "'", "doublequote": '"'}.get(case.group("meant"))
    if string is None or mark is None or "\\" in string.text or mark in string.text:
        return None
    return case.change(
        f"Use {mark} as the quote", Splice(string.start, string.end, mark + string.text[1:-1] + mark)
    )


def shorthand(case: Case) -> Change | None:
    """`{ a: a }` becomes `{ a }`."""
    node = case.node()
    pair = node.up("pair") if node is not None else None
    key, value = (pair.child("key"), pair.child("value")) if pair is not None else (None, None)
    if pair is None or key is None or value is None or value.kind != "identifier" or key.text != value.text:
        return None
    return case.change("Use the property shorthand", Splice(pair.start, pair.end, value.text))


def dotted(case: Case) -> Change | None:
    """`a["b"]` becomes `a.b`."""
    node = case.node()
    access = node.up("subscript_expression") if node is not None else None
    holder, index = (access.child("object"), access.child("index")) if access is not None else (None, None)
    if access is None or holder is None or index is None or index.kind != "string":
        return None
    name = index.text[1:-1]
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name) or "?." in case.text[holder.end : index.start]:
        return None
    return case.change(f"Use `.{name}`", Splice(holder.end, access.end, f".{name}"))


def unused_label(case: Case) -> Change | None:
    """A label nothing jumps to goes."""
    node = case.node()
    statement = node.up("labeled_statement") if node is not None else None
    body = statement.child("body") if statement is not None else None
    if statement is None or body is None:
        return None
    return case.change("Remove the unused label", Splice(statement.start, body.start, ""))
