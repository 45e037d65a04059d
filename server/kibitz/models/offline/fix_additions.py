"""Imports that are missing: the statement that brings a name, where a reader would look for it."""

from __future__ import annotations

import re
import sys
from functools import cache

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_known import GO, HEADERS, JAVA, PYTHON
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.view import View


def imported(case: Case, node: View) -> Change | None:
    """The import of a name whose home is known without looking anywhere."""
    name = node.text
    parent = node.parent
    match case.language:
        case "python":
            if (line := python_import(name, attribute=_is_owner(node))) is not None:
                return add_python_import(case, line)
        case "go" if parent is not None and parent.kind in ("selector_expression", "qualified_type"):
            if (path := GO.get(name)) is not None:
                return _add_go_import(case, path)
        case "java" if name in JAVA and f"import {JAVA[name]}.*" not in case.text:
            return add_line_import(case, f"import {JAVA[name]}.{name};", f"{JAVA[name]}.{name}")
        case "c" | "cpp" if name in HEADERS:
            return include(case, f"<{HEADERS[name]}>")
    return None


def python_import(name: str, *, attribute: bool) -> str | None:
    """The statement that brings a name of the standard library: a module where it is used as one."""
    if attribute and name in _modules():
        return f"import {name}"
    if (module := PYTHON.get(name)) is not None:
        return f"from {module} import {name}"
    return None


@cache
def _modules() -> frozenset[str]:
    return frozenset(
        m for m in sys.stdlib_module_names if not m.startswith("_") and m not in ("this", "antigravity")
    )


def _is_owner(node: View) -> bool:
    parent = node.parent
    return parent is not None and parent.kind == "attribute" and parent.child("object") == node


def add_python_import(case: Case, line: str) -> Change | None:
    """The statement behind the last import at the file's own level, or where the code begins; merged with one of its module."""
    if case.root is None:
        return None
    end = line_end(case)
    title = f"Add `{line}`"
    items = case.root.items
    module = re.match(r"from (\S+) import (\w+)$", line)
    for item in items:
        if module and item.kind == "import_from_statement" and not item.broken:
            held = item.child("module_name")
            names = item.all("name")
            plain = names and "\n" not in item.text and "#" not in item.text
            if held is not None and held.text == module[1] and plain:
                return case.change(title, Splice(names[-1].end, names[-1].end, f", {module[2]}"), reach=item)
    top = [
        i for i in items if i.kind in ("import_statement", "import_from_statement", "future_import_statement")
    ]
    first_code = next((i for i in items if not _opening(i, items) and i not in top), None)
    before = [i for i in top if first_code is None or i.start < first_code.start]
    if (sorted_in := _among_sorted(case, line, before)) is not None:
        return case.change(title, sorted_in)
    if before:
        at = before[-1].end
        if "\n" not in case.text[at:] and "\r" not in case.text[at:]:
            return case.change(title, Splice(at, at, end + line))
        at = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)").match(case.text, at).end()  # type: ignore[union-attr]
        gap = end if before[-1].kind == "future_import_statement" else ""
        return case.change(title, Splice(at, at, gap + line + end))
    start = first_code.start if first_code is not None else len(case.text)
    docs = [i for i in items if _opening(i, items)]
    if docs:
        return case.change(title, Splice(docs[-1].end, docs[-1].end, end * 2 + line))
    defines = ("function_definition", "class_definition", "decorated_definition")
    gap = end * (3 if first_code is not None and first_code.kind in defines else 2)
    return case.change(title, Splice(start, start, line + gap))


def _among_sorted(case: Case, line: str, imports: list[View]) -> Splice | None:
    """A statement of the standard library put among those of it, where they are sorted at its place, else behind its like;
    None where there are none, or it belongs behind all imports."""
    module = _imported_from(line)
    own = [i for i in imports if _imported_from(i.text).split(".")[0] in sys.stdlib_module_names]
    own = [i for i in own if i.kind != "future_import_statement" and i.range.start.character == 0]
    if module.split(".")[0] not in sys.stdlib_module_names or not own:
        return None
    alike = [i for i in own if i.text.startswith("from ") == line.startswith("from ")]
    names = [_imported_from(i.text) for i in alike]
    later = next((i for i in alike if _imported_from(i.text) > module), None)
    if not alike and line.startswith("import "):
        later = own[0]
    elif names != sorted(names):
        later = None
    if later is not None:
        return Splice(later.start, later.start, line + line_end(case))
    last = (alike or own)[-1]
    end = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)").match(case.text, last.end)
    if last == imports[-1] or end is None:
        return None
    return Splice(end.end(), end.end(), line + line_end(case))


def _imported_from(statement: str) -> str:
    """The first module that an import statement names."""
    words = statement.replace(",", " ").split()
    return words[1] if len(words) > 1 else ""


def _opening(item: View, items: tuple[View, ...]) -> bool:
    """The docstring of a module."""
    return (
        item == items[0]
        and item.kind == "expression_statement"
        and bool(item.items)
        and item.items[0].kind == "string"
    )


def _add_go_import(case: Case, path: str) -> Change | None:
    if case.root is None:
        return None
    end, title = line_end(case), f'Add import "{path}"'
    declarations = [i for i in case.root.items if i.kind == "import_declaration"]
    for declaration in declarations:
        block = next((c for c in declaration.items if c.kind == "import_spec_list"), None)
        if block is None or not block.items:
            continue
        specs = [s for s in block.items if s.kind == "import_spec"]
        plain = [s for s in specs if "." not in s.text.split("/")[0]] or specs
        later = next((s for s in plain if s.text.strip('"') > path), None)
        if later is not None and later.text.startswith('"'):
            return case.change(title, Splice(later.start, later.start, f'"{path}"{end}\t'))
        return case.change(title, Splice(plain[-1].end, plain[-1].end, f'{end}\t"{path}"'))
    package = next((i for i in case.root.items if i.kind == "package_clause"), None)
    after = declarations[-1] if declarations else package
    if after is None:
        return None
    gap = end if declarations else end * 2
    return case.change(title, Splice(after.end, after.end, f'{gap}import "{path}"'))


def add_line_import(case: Case, line: str, shown: str) -> Change | None:
    """A line of its own behind the last one like it, or behind the package's name, or at the top."""
    if case.root is None:
        return None
    end = line_end(case)
    kinds = ("import_declaration", "use_declaration")
    earlier = [i for i in case.root.items if i.kind in kinds]
    title = f"Add import of `{shown}`"
    if earlier:
        return case.change(title, Splice(earlier[-1].end, earlier[-1].end, end + line))
    package = next((i for i in case.root.items if i.kind == "package_declaration"), None)
    if package is not None:
        return case.change(title, Splice(package.end, package.end, end * 2 + line))
    first = next((i for i in case.root.items if i.kind != "inner_attribute_item"), None)
    at = first.start if first is not None else 0
    return case.change(title, Splice(at, at, line + end * 2))


def use(case: Case) -> Change | None:
    """Rust's own help: the one import it considers."""
    path = case.group("path")
    if len(set(re.findall(r"\buse ([\w:]+);", _all_said(case)))) != 1 or case.root is None:
        return None
    return add_line_import(case, f"use {path};", path)


def _all_said(case: Case) -> str:
    return "\n".join((case.problem.message, *case.problem.notes))


def include(case: Case, header: str = "") -> Change | None:
    """The header a compiler says is missing, behind the last one included."""
    header = header or case.group("header")
    if case.root is None or not re.fullmatch(r"<[\w./+-]+>", header):
        return None
    end = line_end(case)
    line = f"#include {header}"
    earlier = [n for n in case.root.walk() if n.kind == "preproc_include" and n.parent == case.root]
    title = f"Add `{line}`"
    if any(line in one.text for one in earlier):
        return None
    if earlier:
        at = earlier[-1].end
        text = line + end if case.text[at - 1 : at] in ("\n", "\r") else end + line
        return case.change(title, Splice(at, at, text))
    first = next(iter(case.root.items), None)
    at = first.start if first is not None else 0
    return case.change(title, Splice(at, at, line + end * 2))


def statement_import(case: Case) -> Change | None:
    """The import statement that the checker spells out."""
    return add_python_import(case, case.group("line"))


def reimported(case: Case) -> Change | None:
    """A second import of a name on a line of its own."""
    node = case.place()
    statement = node.up("import_statement", "import_from_statement") if node is not None else None
    if node is None or statement is None or len(statement.all("name")) != 1:
        return None
    return case.change(f"Remove the second import of `{case.name}`", without(case, statement))


def line_end(case: Case) -> str:
    """How the document ends its lines."""
    return "\r\n" if "\r\n" in case.text else "\n"
