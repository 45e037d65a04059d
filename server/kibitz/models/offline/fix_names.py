"""Names that are not there: the one that was meant, as the checker says or as only one other comes near, or its import."""

from __future__ import annotations

import re
import sys
from functools import cache

from kibitz.models.offline.fix_case import IDENTIFIERS, Case, Change, Splice
from kibitz.models.offline.fix_known import GO, HEADERS, JAVA, PYTHON
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.facts import facts
from kibitz.syntax.view import View

_SHORTEST = 4
"""Below, too many names are one key away from each other."""


def suggested(case: Case) -> Change | None:
    """The name the checker says was meant, at the place it speaks of."""
    meant = case.group("meant")
    node = case.place()
    if node is None or not meant or meant == node.text or not re.fullmatch(r"[\w$.:#]+", meant):
        return None
    start, end = node.start, node.end
    if node.kind == "dotted_name":
        start = end - len(case.name)
    if _bound_now(case, node):
        return None
    if (declared := _declared_wrong(case, node, meant)) is not None:
        return declared
    text = meant
    if node.kind.startswith("shorthand_property_identifier"):  # `{ a }` says both a property and a variable
        key = node.kind.endswith("pattern") or case.problem.code == "2561"
        text = f"{meant}: {node.text}" if key else f"{node.text}: {meant}"
    reach = case.function(node)
    return case.change(f"Change `{case.name}` to `{meant}`", Splice(start, end, text), reach=reach)


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
    return case.problem.code not in ("2561", "2662", "2663") and node.text in visible(case, node)


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


def _near(case: Case, node: View) -> Change | None:
    """The only visible name that one slip of the fingers away from it; not certain, as nobody said so."""
    name = node.text
    if len(name) < _SHORTEST or case.tree is None:
        return None
    near = {n for n in visible(case, node) if slip(name, n)}
    near |= {w for w in facts(case.language).words if w != name and slip(name, w) and len(w) >= _SHORTEST}
    if len(near) != 1:
        return None
    meant = near.pop()
    if node.kind.startswith("shorthand_property_identifier"):
        return None
    if (declared := _declared_wrong(case, node, meant)) is not None:
        return declared
    return case.change(
        f"Change `{name}` to `{meant}`",
        Splice(node.start, node.end, meant),
        certain=False,
        reach=case.function(node),
    )


_SIGNATURES = (
    "function_signature",
    "function_type",
    "method_signature",
    "call_signature",
    "construct_signature",
)


def visible(case: Case, node: View) -> set[str]:
    """The names that can be used at a node; parameters of signatures without a body cannot."""
    names: set[str] = set()
    for name in case.tree.scope(node.range.start) if case.tree is not None else ():
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


def line_end(case: Case) -> str:
    """How the document ends its lines."""
    return "\r\n" if "\r\n" in case.text else "\n"
