"""Imports that nothing uses, and imports that are missing."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_lines import from_list, without
from kibitz.syntax.view import View

WHOLE = (
    *(
        "import_statement",
        "import_from_statement",
        "import_declaration",
        "use_declaration",
        "using_directive",
    ),
    *("namespace_use_declaration", "preproc_include", "import", "import_header"),
)
IMPORTS = (*WHOLE, "future_import_statement")


def unused_import(case: Case) -> Change | None:
    """One name of an import, or all of it where nothing of it is used. None in `try`: that asks what is installed."""
    if case.root is None:
        return None
    node = case.place() or case.place(case.name.rsplit(".", 1)[-1].rsplit("::", 1)[-1]) or case.node()
    if node is not None and not any(n.kind in WHOLE for n in (node, *node.around())):
        node = _first_import(case)
    statement = (
        next((n for n in (node, *node.around()) if n.kind in WHOLE), None) if node is not None else None
    )
    if node is None or statement is None or statement.broken:
        return None
    if re.split(r"\.|::", case.name)[-1] not in statement.text:
        return None
    rule = _BY_LANGUAGE.get(case.language, _whole)
    return rule(case, node, statement)


def _first_import(case: Case) -> View | None:
    line = case.problem.range.start.line
    inside = (n for n in case.nearby() if n.kind in WHOLE) if case.root is not None else iter(())
    return next((n for n in inside if n.range.start.line == line), None)


def _gone(case: Case, statement: View, what: str) -> Change | None:
    splice = without(case, statement)
    reach = statement.parent if statement.parent is not None and statement.parent.kind == "block" else None
    return case.change(f"Remove unused import `{what}`", splice, reach=reach)


def _whole(case: Case, node: View, statement: View) -> Change | None:
    return _gone(case, statement, _shown(statement))


def _shown(statement: View) -> str:
    text = re.sub(
        r"^(?:import\s+static|import|using|use|#\s*include)\s+", "", " ".join(statement.text.split())
    )
    return text.rstrip("; ")[:60]


def _python(case: Case, node: View, statement: View) -> Change | None:
    if any(around.kind == "try_statement" for around in statement.around()):
        return None
    names = statement.all("name")
    wanted = [name for name in names if _bound(name) in _meant(case)]
    if not case.name:
        wanted = [name for name in names if name.start <= node.start and node.end <= name.end]
    if len(wanted) != 1:
        return None
    (name,) = wanted
    if len(names) == 1:
        return _gone(case, statement, _python_name(statement, name))
    return case.change(
        f"Remove unused import `{_python_name(statement, name)}`", from_list(case, name), reach=statement
    )


def _meant(case: Case) -> set[str]:
    """How the text may name what is bound: `a.b as c` is c, `a.b` of `from a import b` is b."""
    name = case.name
    if " as " in name:
        return {name.rpartition(" as ")[2].strip()}
    return {name, name.rsplit(".", 1)[-1]} if "." in name else {name}


def _bound(name: View) -> str:
    alias = name.child("alias")
    return alias.text if alias is not None else name.text


def _python_name(statement: View, name: View) -> str:
    module = statement.child("module_name")
    if module is None:
        return name.text
    return f"{module.text}{'' if module.text.endswith('.') else '.'}{name.text}"


def _script(case: Case, node: View, statement: View) -> Change | None:
    if statement.kind != "import_statement":
        return None
    clause = next((c for c in statement.children if c.kind == "import_clause"), None)
    if clause is None:
        return None
    parts = clause.items
    named = next((p for p in parts if p.kind == "named_imports"), None)
    specifiers = named.items if named is not None else ()
    rest = len([p for p in parts if p.kind != "named_imports"]) + len(specifiers)
    what = case.name or node.text
    if case.problem.message.startswith("All imports"):
        return _gone(case, statement, _shown(clause))
    if rest <= 1:
        return _gone(case, statement, what)
    title = f"Remove unused import `{what}`"
    one = next((s for s in specifiers if s.start <= node.start and node.end <= s.end), None)
    if one is not None and len(specifiers) > 1:
        return case.change(title, from_list(case, one), reach=statement)
    if one is not None and named is not None and len(parts) > 1:
        return case.change(title, Splice(parts[0].end, named.end, ""), reach=statement)
    first = parts[0]
    if first.kind == "identifier" and first == node and len(parts) > 1:
        return case.change(title, Splice(first.start, parts[1].start, ""), reach=statement)
    if parts[-1].kind == "namespace_import" and len(parts) > 1 and node.start >= parts[-1].start:
        return case.change(title, Splice(first.end, parts[-1].end, ""), reach=statement)
    return None


def _go(case: Case, node: View, statement: View) -> Change | None:
    spec = node.up("import_spec")
    if spec is None:
        specs = [n for n in statement.walk() if n.kind == "import_spec" and n.start <= case.start <= n.end]
        spec = specs[0] if len(specs) == 1 else None
    if spec is None or (path := spec.child("path")) is None:
        return None
    if sum(n.kind == "import_spec" for n in statement.walk()) == 1:
        return _gone(case, statement, path.text.strip('"`'))
    return case.change(f"Remove unused import {path.text}", without(case, spec))


def _rust(case: Case, node: View, statement: View) -> Change | None:
    if statement.previous is not None and statement.previous.kind == "attribute_item":
        return None
    element = node
    while element.parent is not None and element.parent.kind not in ("use_list", "use_declaration"):
        element = element.parent
    while True:
        holder = element.parent
        if holder is None or holder.kind == "use_declaration":
            return _gone(case, statement, _shown(statement))
        if len(holder.items) > 1:
            break
        element = holder
        while element.parent is not None and element.parent.kind not in ("use_list", "use_declaration"):
            element = element.parent
    title = f"Remove unused import `{element.text[:60]}`"
    kept = [item for item in holder.items if item != element]
    if len(kept) == 1 and kept[0].kind in ("identifier", "use_as_clause") and "//" not in holder.text:
        return case.change(title, Splice(holder.start, holder.end, kept[0].text), reach=statement)
    return case.change(title, from_list(case, element), reach=statement)


_BY_LANGUAGE = {
    "python": _python,
    "javascript": _script,
    "javascriptreact": _script,
    "typescript": _script,
    "typescriptreact": _script,
    "go": _go,
    "rust": _rust,
}
