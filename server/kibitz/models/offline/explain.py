"""Explain without a model: what the syntax tree knows, said in order, and nothing that it does not know."""

from __future__ import annotations

import ast
import asyncio
import re
from collections import Counter
from pathlib import Path

from kibitz.errors import unsupported
from kibitz.index.search import Occurrence, Occurrences, find_word
from kibitz.models.tasks import ExplainTask, Project
from kibitz.paths import shown
from kibitz.syntax.facts import facts
from kibitz.syntax.model import CALLABLE, TYPES, Definition
from kibitz.syntax.python_check import python_tree
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Range

MOST_NAMES = 12
MOST_DEFINITIONS = 40
MOST_USES = 6
LONGEST_DOCUMENTATION = 14

WORDS = {
    "if": ("branch", "branches"),
    "loop": ("loop", "loops"),
    "match": ("match", "matches"),
    "try": ("guarded block", "guarded blocks"),
    "return": ("return", "returns"),
    "yield": ("yield", "yields"),
    "await": ("await", "awaits"),
}


async def explain(task: ExplainTask) -> str:
    """Markdown: signature, documentation, calls, errors, flow, uses. Raises `unsupported` without a grammar."""
    tree = await asyncio.to_thread(parse, task.document)
    if tree is None:
        raise unsupported(
            f"The built-in engine cannot read {task.document.language}.",
            "Set `model` to have it explained by a model.",
        )
    if task.range is None:
        return await asyncio.to_thread(explain_file, task.document, tree, task.project)
    chosen = chosen_definitions(tree, task.range)
    if not chosen:
        return await asyncio.to_thread(explain_lines, task.document, tree, task.range)
    parts = []
    for definition in chosen[:3]:
        uses = await asyncio.to_thread(uses_of, definition, task.document, tree, task.project)
        parts.append(
            await asyncio.to_thread(explain_definition, task.document, tree, definition, uses, task.project)
        )
    return "\n\n".join(parts)


def chosen_definitions(tree: Tree, where: Range) -> list[Definition]:
    """The definitions a range covers whole (the outermost of them), else the innermost one around its start."""
    covered = [
        d
        for d in tree.definitions
        if d.kind in CALLABLE | TYPES
        and where.start <= d.name_range.start
        and d.range.end.line <= where.end.line
        and where.start != where.end
    ]
    outer = [
        d
        for d in covered
        if not any(
            o is not d and o.range.start <= d.range.start and d.range.end <= o.range.end for o in covered
        )
    ]
    if outer:
        return outer
    around = tree.enclosing(where.start)
    return [around] if around is not None else []


def explain_definition(
    document: Document, tree: Tree, d: Definition, uses: Occurrences | None, project: Project
) -> str:
    """One function, method or type."""
    lines = [f"### `{d.name}`: {_what(d)}, lines {d.range.start.line + 1}–{d.range.end.line + 1}", ""]
    lines += [f"```{document.language}", _dedented(d.signature), "```", ""]
    if d.documentation:
        lines += [_quoted(d.documentation), ""]
    if d.decorators:
        lines.append(f"- **Decorated** with {_names(d.decorators)}.")
    if d.parameters:
        taken = [
            _parameter(p.name, p.annotation, p.default)
            for p in d.parameters
            if p.name not in ("self", "cls", "&self", "&mut self")
        ]
        if taken:
            lines.append(f"- **Takes** {', '.join(taken)}.")
    if d.returns:
        lines.append(f"- **Returns** `{d.returns}`.")
    if d.kind in TYPES:
        members = [m for m in tree.definitions if m.container == d.qualified_name]
        methods = [m.name for m in members if m.kind in CALLABLE]
        fields = [m.name for m in members if m.kind in ("variable", "constant")]
        if methods:
            lines.append(f"- **Offers** {_names(methods)}.")
        if fields:
            lines.append(f"- **Holds** {_names(fields)}.")
    calls = _called(tree, d.range, d.name)
    if calls:
        lines.append(f"- **Calls** {_names(calls)}.")
    raised = _raised(tree, d.range)
    if raised:
        lines.append(f"- **Raises** {_names(raised)}.")
    if d.kind in CALLABLE and (flow := _flow(tree, d.range)):
        lines.append(f"- **Flow** {flow}, in {d.range.end.line - d.range.start.line + 1} lines.")
    if uses is not None:
        lines.append(_uses(uses, project))
    return "\n".join(lines).rstrip() + "\n"


def explain_file(document: Document, tree: Tree, project: Project) -> str:
    """What a file defines, imports and calls most."""
    name = shown(document.path, project.root) if document.path is not None else document.uri
    tops = [d for d in tree.definitions if d.container is None]
    lines = [f"### `{Path(name).name}`: {facts(document.language).name}, {len(document.lines)} lines", ""]
    if about := _module_documentation(document):
        lines += [_quoted(about), ""]
    modules = list(dict.fromkeys(i.module for i in tree.imports if i.module))
    if modules:
        lines.append(f"- **Uses** {_names(modules)}.")
    calls = _called(tree, document.whole, "")
    if calls:
        lines.append(f"- **Calls most** {_names(calls[:8])}.")
    if tree.errors:
        lines.append(f"- **Does not parse** at line {tree.errors[0].range.start.line + 1}.")
    listed = [d for d in tops if d.kind in CALLABLE | TYPES or len(tops) <= MOST_DEFINITIONS]
    if listed:
        lines += ["", "**Defines**", ""]
        for d in listed[:MOST_DEFINITIONS]:
            first = d.documentation.strip().split("\n", 1)[0] if d.documentation else ""
            about = f": {_safe(first)}" if first else ""
            lines.append(f"- `{d.name}` ({_what(d)}, line {d.name_range.start.line + 1}){about}")
        if len(listed) > MOST_DEFINITIONS:
            lines.append(f"- and {len(listed) - MOST_DEFINITIONS} more")
    return "\n".join(lines).rstrip() + "\n"


def _module_documentation(document: Document) -> str:
    """A Python module's docstring; other languages have no such thing."""
    if document.language != "python":
        return ""
    tree = python_tree(document.text)
    return (ast.get_docstring(tree) or "") if isinstance(tree, ast.Module) else ""


def explain_lines(document: Document, tree: Tree, where: Range) -> str:
    """Lines outside of any definition."""
    first, last = where.start.line + 1, where.end.line + 1
    lines = [f"### Lines {first}–{last}" if last > first else f"### Line {first}", ""]
    calls = _called(tree, where, "")
    if calls:
        lines.append(f"- **Calls** {_names(calls)}.")
    defined = [
        d.name for d in tree.definitions if where.start.line <= d.name_range.start.line <= where.end.line
    ]
    if defined:
        lines.append(f"- **Defines** {_names(defined)}.")
    imported = [
        i.module
        for i in tree.imports
        if where.start.line <= i.range.start.line <= where.end.line and i.module
    ]
    if imported:
        lines.append(f"- **Imports** {_names(imported)}.")
    raised = _raised(tree, where)
    if raised:
        lines.append(f"- **Raises** {_names(raised)}.")
    if flow := _flow(tree, where):
        lines.append(f"- **Flow** {flow}.")
    if len(lines) == 2:
        node = tree.node_at(where.start)
        kind = node.kind.replace("_", " ") if node is not None else "text"
        lines.append(f"This is {_article(kind)} {kind}, at the top level of the file.")
    return "\n".join(lines) + "\n"


def uses_of(definition: Definition, document: Document, tree: Tree, project: Project) -> Occurrences | None:
    """Where the name stands elsewhere in the project, the definition's own lines left out."""
    if document.path is None or definition.name.startswith("__"):
        return None
    own = range(definition.range.start.line, definition.range.end.line + 1)
    here = tuple(
        Occurrence(document.path, r.range.start.line, document.line(r.range.start.line).strip())
        for r in tree.references
        if r.name == definition.name and r.range.start.line not in own
    )
    if project.root is None:
        return Occurrences(here, complete=False)
    suffix = document.path.suffix
    result = find_word(project.root, definition.name, exclude=project.exclude, suffix=suffix, limit=200)
    elsewhere = tuple(o for o in result.found if o.path != document.path)
    return Occurrences(here + elsewhere, result.complete)


def _uses(uses: Occurrences, project: Project) -> str:
    if not uses.found:
        return (
            "- **Used** nowhere else in this project."
            if uses.complete
            else "- **Used** nowhere in the files looked at."
        )
    by_file = Counter(shown(o.path, project.root) for o in uses.found)
    first = {shown(o.path, project.root): o.line + 1 for o in reversed(uses.found)}
    named = [
        f"{name}:{first[name]}" + (f" (and {n - 1} more)" if n > 1 else "")
        for name, n in by_file.most_common(MOST_USES)
    ]
    more = f", and in {len(by_file) - MOST_USES} more files" if len(by_file) > MOST_USES else ""
    return (
        f"- **Used** at {', '.join(named)}{more}{'' if uses.complete else ' (not all files were looked at)'}."
    )


def _called(tree: Tree, where: Range, own: str) -> list[str]:
    counted = Counter(call.name for call in tree.calls_in(where) if call.name != own)
    return [name for name, _ in counted.most_common()]


def _raised(tree: Tree, where: Range) -> list[str]:
    """What may be raised, once each; an assertion by the error it raises."""
    names = (r.name for r in tree.raises_in(where))
    return list(dict.fromkeys("AssertionError" if name == "assert" else name for name in names))


def _flow(tree: Tree, where: Range) -> str:
    counts = tree.branches_in(where)
    said = [f"{counts[k]} {WORDS[k][counts[k] != 1]}" for k in WORDS if counts.get(k)]
    return ", ".join(said)


def _what(d: Definition) -> str:
    return f"{d.kind} of `{d.container}`" if d.container else d.kind


def _names(names: list[str] | tuple[str, ...]) -> str:
    shown_names = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    return shown_names + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")


def _parameter(name: str, annotation: str, default: str) -> str:
    notes = [f"`{annotation}`"] if annotation else []
    notes += [f"default `{default}`"] if default else []
    return f"`{name}`" + (f" ({', '.join(notes)})" if notes else "")


def _quoted(text: str) -> str:
    """Documentation as a block quote with its lines as they are; its own markup, links and images stay text."""
    all_lines = text.strip().splitlines()
    lines = [_safe(line.rstrip()) for line in all_lines[:LONGEST_DOCUMENTATION]]
    if len(all_lines) > LONGEST_DOCUMENTATION:
        lines[-1] = f"… ({len(all_lines) - LONGEST_DOCUMENTATION + 1} more lines)"
    lines = [re.sub(r"^(\s*)([>#+*-])", r"\1\\\2", line) for line in lines]
    return "\n".join(f"> {line}  " if line else ">" for line in lines)


def _safe(text: str) -> str:
    """Text of a repository in Markdown: no links, no images, no HTML come to life."""
    return text.replace("<", "&lt;").replace("![", "!\\[").replace("](", "]\\(").replace("`", "'")


def _dedented(signature: str) -> str:
    first, *rest = signature.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([first.strip(), *(("    " + line[indent:]) if line.strip() else "" for line in rest)])


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"
