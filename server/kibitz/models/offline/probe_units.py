"""Runs inside the sandbox: what of a module is to be tested, and how its functions are called.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from kibitz.models.offline.probe_docs import Function, definitions, examples
from kibitz.models.offline.probe_evidence import Parameter, evidence, parameters
from kibitz.models.offline.probe_explore import Build, Given
from kibitz.models.offline.probe_run import RESULT, Scenario
from kibitz.models.offline.probe_source import NoSourceError, free_names, imports_for
from kibitz.models.offline.probe_values import candidates

_MACHINE = {
    "environ", "getenv", "getcwd", "gethostname", "cpu_count", "getpid", "expanduser", "home", "uname", "getuser",
    "input", "urandom", "token_hex", "uuid1", "uuid4", "perf_counter", "monotonic",
}  # fmt: skip
"""Names whose values belong to a machine or a moment."""

_OPERATORS = {
    "__len__": "len({0})",
    "__str__": "str({0})",
    "__repr__": "repr({0})",
    "__bool__": "bool({0})",
    "__abs__": "abs({0})",
    "__neg__": "-{0}",
    "__iter__": "list({0})",
    "__contains__": "{1} in {0}",
    "__getitem__": "{0}[{1}]",
    "__eq__": "{0} == {1}",
    "__lt__": "{0} < {1}",
    "__add__": "{0} + {1}",
    "__sub__": "{0} - {1}",
    "__mul__": "{0} * {1}",
    "__truediv__": "{0} / {1}",
}


@dataclass
class Unit:
    """A function, a method (`owner` names its class) or a class of the module under test."""

    name: str
    node: Function | ast.ClassDef
    owner: str = ""

    @property
    def target(self) -> str:
        """The name a person would use."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def goal(self) -> frozenset[int]:
        """The lines of its statements."""
        body = self.node.body
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        return frozenset(part.lineno for one in body for part in ast.walk(one) if isinstance(part, ast.stmt))


@dataclass
class Callee:
    """How a unit is called. `values` are what each parameter may be given."""

    unit: Unit
    template: str
    parameters: list[Parameter]
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: bool = True
    imports: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    subject: str = ""
    observe: tuple[str, ...] = ()

    def builder(self, module: ModuleType, prefix: Sequence[str] = (), after: str = "") -> Build:
        """Makes scenarios of this call; `prefix` are statements between setup and call, `after` what they are."""

        def build(given: Given, what: str) -> Scenario | None:
            parts = []
            arguments: list[tuple[str, str]] = []
            for parameter in self.parameters:
                if parameter.name in given:
                    place = "{" + str(len(arguments)) + "}"
                    by_name = parameter.keyword or not parameter.required
                    parts.append(f"{parameter.name}={place}" if by_name else place)
                    arguments.append((_variable(parameter.name, module), given[parameter.name]))
                elif parameter.required:
                    return None
            try:
                sources = [source for _, source in arguments]
                imports = [name for source in sources for name in imports_for(free_names(source), module)]
            except (NoSourceError, SyntaxError):
                return None
            call = self.template.replace("(*)", f"({', '.join(parts)})")
            return Scenario(
                self.unit.target,
                call,
                f"{what} after {after}".strip() if after else what,
                tuple(dict.fromkeys([*self.imports, *imports])),
                (*self.setup, *prefix),
                tuple(arguments),
                self.subject,
                typed=self.typed,
                constructs=isinstance(self.unit.node, ast.ClassDef),
                observe=self.observe,
            )

        return build


def select(tree: ast.Module, module: ModuleType, spec: dict[str, Any]) -> list[Unit]:
    """What was asked for: `symbol`, what the lines `first` to `last` lie in, else what is public."""
    units = [Unit(node.name, node) for node in definitions(tree)]
    if spec["symbol"]:
        name = str(spec["symbol"])
        found = [unit for unit in [*units, *(m for u in units for m in methods(u))] if unit.target == name]
        return found[-1:]
    if spec["first"] is not None:
        first, last = int(spec["first"]), int(spec["last"])
        touched = [unit for unit in units if _touches(unit.node, first, last)]
        if touched:
            return [
                one
                for unit in touched
                for one in ([m for m in methods(unit) if _touches(m.node, first, last)] or [unit])
            ]
    public = getattr(module, "__all__", None)
    order = {name: number for number, name in enumerate(public)} if isinstance(public, list | tuple) else None
    offered = [
        unit
        for unit in units
        if (unit.name in order if order is not None else not unit.name.startswith("_"))
        and not unit.name.lower().startswith("test")
        and unit.name != "main"
    ]
    unique = list({unit.name: unit for unit in offered}.values())
    if order is not None:
        unique.sort(key=lambda unit: order[unit.name])
    # what is plain and can be called comes before what must be made first, exceptions and the like last
    return sorted(unique, key=lambda unit: isinstance(unit.node, ast.ClassDef))


def _touches(node: Function | ast.ClassDef, first: int, last: int) -> bool:
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return start <= last and first <= (node.end_lineno or node.lineno)


def methods(unit: Unit) -> list[Unit]:
    """The methods of a class, those of Python's own protocols only where there is a way to write their call."""
    if not isinstance(unit.node, ast.ClassDef):
        return []
    found = {
        node.name: Unit(node.name, node, unit.name)
        for node in unit.node.body
        if isinstance(node, Function) and (not node.name.startswith("__") or node.name in _OPERATORS)
    }
    return list(found.values())


def depends_on_machine(unit: Unit) -> bool:
    """Whether a function reads what differs from machine to machine or from moment to moment."""
    for part in ast.walk(unit.node):
        name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
        if name in _MACHINE:
            return True
    return False


def function(unit: Unit, module: ModuleType, known: dict[str, list[str]]) -> Callee | None:
    """How a function, or a class, is called."""
    value = getattr(module, unit.name, None)
    if not callable(value):
        return None
    if isinstance(unit.node, ast.ClassDef):
        own = [one for one in unit.node.body if isinstance(one, Function) and one.name == "__init__"]
        found = parameters(own[0], bound=True) if own else signature(value)
        body: ast.AST = own[0] if own else unit.node
    else:
        found = parameters(unit.node, bound=False)
        body = unit.node
    if found is None:
        return None
    callee = Callee(unit, f"{unit.name}(*)", found, imports=imports_for([unit.name], module))
    return _filled(callee, body, known)


def method(
    unit: Unit, module: ModuleType, known: dict[str, list[str]], made: str, imports: tuple[str, ...]
) -> Callee | None:
    """How a method is called on an object that the source `made` makes."""
    node = unit.node
    assert isinstance(node, Function)
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    if decorators & {"setter", "deleter", "overload", "abstractmethod", "contextmanager"}:
        return None
    subject = _variable(snake(unit.owner.lstrip("_")), module)
    static = decorators & {"staticmethod", "classmethod"}
    found = parameters(node, bound="staticmethod" not in decorators)
    setup = () if static else (f"{subject} = {made}",)
    if static:
        imports = imports_for([unit.owner], module)
    place = unit.owner if static else subject
    if decorators & {"property", "cached_property"}:
        template = f"{place}.{node.name}"
    elif node.name in _OPERATORS:
        template = _OPERATORS[node.name].replace("{0}", place).replace("{1}", "{0}")
    else:
        template = f"{place}.{node.name}(*)"
    callee = Callee(unit, template, found, imports=imports, setup=setup, subject="" if static else subject)
    if node.name in _OPERATORS and len(found) == 1:
        callee = _filled(callee, node, known)
        values = callee.values[found[0].name]
        values[:] = [source for source in values if not source.startswith("lambda")]
        if node.name in ("__eq__", "__lt__", "__add__", "__sub__"):
            values[:0] = [*known.get(unit.owner, []), made]
        return callee
    return _filled(callee, node, known)


def _filled(callee: Callee, body: ast.AST, known: dict[str, list[str]]) -> Callee:
    seen = evidence(body)
    documented: list[tuple[str, ...]] = [
        example.arguments
        for example in examples(ast.get_docstring(callee.unit.node) or "", callee.unit.name)
        if example.arguments
    ]
    for number, parameter in enumerate(callee.parameters):
        sources, typed = candidates(parameter, seen, known)
        shown = [row[number] for row in documented if number < len(row)]
        callee.values[parameter.name] = list(dict.fromkeys([*shown, *sources]))
        callee.typed = callee.typed and (typed or bool(shown))
    return callee


def signature(value: Any) -> list[Parameter] | None:
    """The parameters as they are at run time; None where that is not known."""
    try:
        found = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    result = []
    for one in found:
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        annotation = None
        if one.annotation is not one.empty:
            text = (
                one.annotation
                if isinstance(one.annotation, str)
                else inspect.formatannotation(one.annotation)
            )
            try:
                annotation = ast.parse(text, mode="eval").body
            except SyntaxError:
                annotation = None
        required = one.default is one.empty
        result.append(Parameter(one.name, annotation, None, required, one.kind is one.KEYWORD_ONLY))
    return result


def documented(unit: Unit, docstring: str, module: ModuleType) -> list[Scenario]:
    """The examples of a docstring that show this unit."""
    found = []
    for example in examples(docstring, unit.name):
        code = "\n".join([*example.imports, *example.setup, example.source])
        try:
            imports = (*example.imports, *imports_for(free_names(code), module))
        except (NoSourceError, SyntaxError):
            continue
        call = example.source.replace("{", "{{").replace("}", "}}")
        found.append(
            Scenario(
                unit.target,
                call,
                "documented example",
                imports,
                example.setup,
                documented=True,
                want=example.want,
            )
        )
    return found


def snake(name: str) -> str:
    """`JSONDecoder` as `json_decoder`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _variable(name: str, module: ModuleType) -> str:
    """A name for a variable of a test that hides nothing the test needs."""
    return f"{name}_" if name == RESULT or hasattr(builtins, name) or name in vars(module) else name
