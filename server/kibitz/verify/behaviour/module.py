"""Two versions of a Python file: what is matched with what, and what is compared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from attrs import define

from kibitz.syntax.python_check import parsed
from kibitz.verify.behaviour import idioms, statements
from kibitz.verify.behaviour.bisimulation import DifferentError, TooLongError, compare
from kibitz.verify.behaviour.callers import misfits
from kibitz.verify.behaviour.core import TooLargeError, expression_graph, graph_of, module_graph
from kibitz.verify.behaviour.difference import Difference
from kibitz.verify.behaviour.plain import alike, names_in, stubbed
from kibitz.verify.behaviour.program import Program, read_program
from kibitz.verify.behaviour.renames import renames
from kibitz.verify.behaviour.scopes import Function, all_arguments, is_generator, scope_of, shape_of
from kibitz.verify.behaviour.state import Run
from kibitz.verify.behaviour.terms import Term

assert idioms and statements  # they register what they know
_WORD = re.compile(r"[^\W\d]\w*")
FUEL = 150_000
"""Steps for all functions of a file together: about a second."""


@define
class _Pair:
    old: Program
    new: Program
    strange: set[str]
    api: bool
    fuel: int = FUEL


def differences(before: str, after: str, *, api: bool = True) -> list[Difference]:
    """What the new version of a Python file does otherwise than the old one, as far as both can be compared.

    With `api` what others may call has to be there still; without, it may be gone where its calls are.

    Raises SyntaxError or ValueError for a text that cannot be parsed.
    """
    old, new = (read_program(parsed(text), text.split("\n")) for text in (before, after))
    before_words, after_words = words(before), words(after)
    if before_words - after_words and after_words - before_words:
        new.alias = renames(old.tree, new.tree)
    pair = _Pair(old, new, _set_apart(old, new), api)
    found = [*_functions(pair), *_classes(pair), *misfits(old, new)]
    problem = _body(pair, "", old.tree.body, new.tree.body)
    return [*found, problem] if problem is not None else found


def _set_apart(old: Program, new: Program) -> set[str]:
    """Find what only one version has, to be read in place; the names that do not mean the same in both."""
    back = {old_name: name for name, old_name in new.alias.items()}

    def there(name: str, alias: dict[str, str]) -> str:
        return ".".join(alias.get(part, part) for part in name.split("."))

    for program, other, alias in ((old, new, back), (new, old, new.alias)):
        for name, function in program.functions.items():
            twin = other.functions.get(there(name, alias))
            private = name.rpartition(".")[2].startswith("_") and not name.endswith("__")
            if twin is None or (
                private and _shape(twin, program is old, new) != _shape(function, program is new, new)
            ):
                program.inline.add(name)
        program.constants = {
            name: value
            for name, value in program.values.items()
            if there(name, alias) not in other.values
            and (program.bound[name] == 1 or "." in name)
            and there(name.split(".")[0], alias) not in (other.bound if "." not in name else ())
        }
    names = {n for p in (old, new) for n in [*p.inline, *p.constants]}
    strange = {n.rpartition(".")[2] for n in names}
    every = {*old.bound, *new.bound, *new.alias}
    strange |= {n for n in every if old.meaning(there(n, new.alias)) != new.meaning(n)}
    return strange


def _shape(function: Function, _: bool, __: Program) -> object:
    return shape_of(function)[:5], isinstance(function, ast.AsyncFunctionDef)


def _functions(pair: _Pair) -> Iterator[Difference]:
    back = {old_name: name for name, old_name in pair.new.alias.items()}
    matched: set[str] = set()
    for name, function in pair.old.functions.items():
        other = ".".join(back.get(part, part) for part in name.split("."))
        twin = pair.new.functions.get(other)
        short = name.rpartition(".")[2]
        if twin is None:
            special = short.startswith("__") and short.endswith("__")
            missed = "." in name and _missed(pair.new, short)
            public = pair.api and not short.startswith("_")
            if special or public or missed or not _named(pair.old, name, function):
                yield Difference(name, "it is no longer there", 1)
            continue
        matched.add(other)
        if name in pair.old.inline:
            continue
        texts = source(pair.old, function), source(pair.new, twin)
        strange = bool(pair.strange) and bool(
            words(texts[0]) & pair.strange or words(texts[1]) & pair.strange
        )
        if not strange and (texts[0] == texts[1] or alike(function, twin)):
            continue
        problem = _function(pair, name, function, other, twin)
        if problem is not None:
            yield problem
    for name, function in pair.new.functions.items():
        short = name.rpartition(".")[2]
        special = name not in matched and short.startswith("__") and short.endswith("__")
        if special and name.rpartition(".")[0] in pair.old.classes:
            yield Difference(name, "it is new, and called without being named", function.lineno)


def _missed(new: Program, short: str) -> bool:
    """Whether something is still read by a name that nothing in the file gives any more."""
    names = [n for n in ast.walk(new.tree) if isinstance(n, ast.Attribute) and n.attr == short]
    given = any(not isinstance(n.ctx, ast.Load) for n in names)
    defined = any(f.rpartition(".")[2] == short for f in (*new.functions, *new.values))
    return bool(names) and not given and not defined


def _named(program: Program, name: str, function: Function) -> bool:
    """Whether anything but a function itself names it."""
    short = name.rpartition(".")[2].split("@")[0]
    count = sum(
        (isinstance(n, ast.Name) and n.id == short) or (isinstance(n, ast.Attribute) and n.attr == short)
        for n in ast.walk(program.tree)
    )
    own = sum(isinstance(n, ast.Name | ast.Attribute) and short in names_in(n) for n in ast.walk(function))
    return "@" in name or count > own


def source(program: Program, node: Function | ast.ClassDef) -> str:
    """The lines of a definition as they are written."""
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return "\n".join(program.lines[first - 1 : node.end_lineno])


def words(text: str) -> set[str]:
    """The identifiers of a text, and its other words."""
    return set(_WORD.findall(text))


def _function(pair: _Pair, name: str, old: Function, other: str, new: Function) -> Difference | None:
    line = new.lineno
    if isinstance(old, ast.AsyncFunctionDef) != isinstance(new, ast.AsyncFunctionDef):
        return Difference(name, "one version is async, the other is not", line)
    if is_generator(old) != is_generator(new):
        return Difference(name, "one version is a generator, the other is not", line)
    if len(old.decorator_list) != len(new.decorator_list):
        return Difference(name, "it has other decorators", line)
    for a, b in zip(old.decorator_list, new.decorator_list, strict=True):
        if not _same_expression(pair, a, b):
            return Difference(name, "it has other decorators", line)
    wrong = _default(pair, old.args, new.args)
    if wrong:
        return Difference(name, f"the default of {wrong} is another", line)
    return _steps(pair, name, old, other, new)


def _steps(pair: _Pair, name: str, old: Function, other: str, new: Function) -> Difference | None:
    run = Run(fuel=pair.fuel)
    given = _parameters(run, pair, old, new)
    try:
        truths = isinstance(old.returns, ast.Name) and old.returns.id == "bool"
        graphs = (
            graph_of(pair.old, old, owner=pair.old.owners[name], truths=truths),
            graph_of(pair.new, new, owner=pair.new.owners[other], truths=truths),
        )
        compare(run, graphs, (pair.old, pair.new), given)
    except DifferentError as error:
        return Difference(name, error.what, error.line)
    except (TooLongError, TooLargeError, RecursionError):
        return Difference(name, "it takes too long to compare", new.lineno, "unknown")
    finally:
        pair.fuel = max(2_000, run.fuel)
    return None


def _parameters(
    run: Run, pair: _Pair, old: Function, new: Function
) -> tuple[dict[str, Term], dict[str, Term]]:
    """The registers of the parameters: the same symbol for what is the same parameter."""
    before, after = all_arguments(old.args), all_arguments(new.args)
    first: dict[str, Term] = {}
    second: dict[str, Term] = {}
    by_place = len(before) == len(after)
    for at, argument in enumerate(before):
        first[argument.arg] = run.table.make("param", at, 0)
    for at, argument in enumerate(after):
        known = first.get(pair.new.renamed(argument.arg)) or first.get(argument.arg)
        default = _default_of(new.args, argument.arg)
        if by_place:
            second[argument.arg] = run.table.make("param", at, 0)
        elif known is not None:
            second[argument.arg] = known
        elif isinstance(default, ast.Constant):
            second[argument.arg] = run.table.const(default.value)
        else:
            second[argument.arg] = run.table.fresh(argument.arg)
    return first, second


def _default_of(arguments: ast.arguments, name: str) -> ast.expr | None:
    return dict(_defaults(arguments)).get(name)


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    names = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    yield from zip(reversed(names), reversed(arguments.defaults), strict=False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument.arg, default


def _default(pair: _Pair, old: ast.arguments, new: ast.arguments) -> str:
    """A parameter whose default is not what it was; "" where all are."""
    places = {a.arg: n for n, a in enumerate(all_arguments(old))}
    same_count = len(places) == len(all_arguments(new))
    before, after = dict(_defaults(old)), dict(_defaults(new))
    names = {a.arg: a.arg for a in all_arguments(old)}
    if same_count:
        names = {a.arg: b.arg for a, b in zip(all_arguments(old), all_arguments(new), strict=True)}
    for name, value in before.items():
        other = after.get(names[name])
        if other is None or not _same_expression(pair, value, other):
            return name
    known = {names[n] for n in before}
    fresh = [n for n in after if n not in known and n in names.values()]
    return fresh[0] if fresh else ""


def _same_expression(pair: _Pair, old: ast.expr, new: ast.expr) -> bool:
    if ast.dump(old) == ast.dump(new) and not names_in(old) & pair.strange:
        return True
    run = Run(fuel=2_000)
    try:
        graphs = expression_graph(pair.old, old), expression_graph(pair.new, new)
        compare(run, graphs, (pair.old, pair.new), ({}, {}))
    except (DifferentError, TooLongError, TooLargeError, RecursionError):
        return False
    return True


def _classes(pair: _Pair) -> Iterator[Difference]:
    back = {old_name: name for name, old_name in pair.new.alias.items()}
    for name, old in pair.old.classes.items():
        new = pair.new.classes.get(".".join(back.get(part, part) for part in name.split(".")))
        if new is None:
            continue
        text = source(pair.old, old)
        if text == source(pair.new, new) and not (pair.strange and words(text) & pair.strange):
            continue
        heads = [
            [*_bases(node), *(k.value for k in node.keywords), *node.decorator_list] for node in (old, new)
        ]
        if len(heads[0]) != len(heads[1]) or not all(
            _same_expression(pair, a, b) for a, b in zip(*heads, strict=True)
        ):
            yield Difference(name, "it has other bases or decorators", new.lineno)
        if (heads[0] or heads[1]) and _fields(pair.old, name, old) != _fields(pair.new, name, new):
            yield Difference(name, "it has other annotated fields, or in another order", new.lineno)
        problem = _body(pair, name, old.body, new.body)
        if problem is not None:
            yield problem


def _bases(node: ast.ClassDef) -> list[ast.expr]:
    return [b for b in node.bases if not (isinstance(b, ast.Name) and b.id == "object")]


def _fields(program: Program, owner: str, node: ast.ClassDef) -> list[tuple[str, str]]:
    """The annotated names of a class: where something reads them, their order and types are what it does."""
    return [
        (program.renamed(part.target.id), ast.unparse(part.annotation).strip("'\""))
        for part in node.body
        if isinstance(part, ast.AnnAssign)
        and isinstance(part.target, ast.Name)
        and f"{owner}.{part.target.id}" not in program.constants
    ]


def _body(pair: _Pair, name: str, old: list[ast.stmt], new: list[ast.stmt]) -> Difference | None:
    """The statements of a module or a class that are not functions or classes."""
    bodies = stubbed(old), stubbed(new)
    if alike(*bodies) and not (
        pair.strange and any(names_in(node) & pair.strange for body in bodies for node in body)
    ):
        return None
    before, after = scope_of(old), scope_of(new)
    kept = [(pair.new.renamed(n), n) for n in sorted(after.local) if pair.new.renamed(n) in before.local]
    lost = [
        n
        for n in before.local
        if n not in {a for a, _ in kept}
        and (f"{name}.{n}" if name else n) not in pair.old.constants
        and (f"{name}.{n}" if name else n) in pair.old.values
    ]
    if lost:
        return Difference(name, f"{sorted(lost)[0]} is no longer there", 1)
    run = Run(fuel=pair.fuel)
    try:
        graphs = (
            module_graph(pair.old, old, [(a, a) for a, _ in kept]),
            module_graph(pair.new, new, [(b, a) for a, b in kept]),
        )
        compare(run, graphs, (pair.old, pair.new), ({}, {}))
    except DifferentError as error:
        return Difference(name, error.what, error.line)
    except (TooLongError, TooLargeError, RecursionError):
        return Difference(name, "it takes too long to compare", 1, "unknown")
    finally:
        pair.fuel = max(2_000, run.fuel)
    return None
