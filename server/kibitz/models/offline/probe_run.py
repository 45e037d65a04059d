"""Runs inside the sandbox: one call of the code under test, and what can be asserted of it afterwards.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Literal

from kibitz.models.offline.probe_source import (
    MOST,
    NoSourceError,
    class_source,
    namespace,
    source_of,
)
from kibitz.sandbox.python_target import Lines, TooSlow, at_most

LIMIT_S = 0.25
"""The longest call that is worth a test, in seconds."""

RESULT = "result"
"""Stands for the call in the checks."""

_EFFECTS = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system",
    "os.exec", "os.fork", "os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.putenv",
    "os.unsetenv", "os.kill", "os.listdir", "os.scandir", "os.chdir", "shutil.", "tempfile.", "glob.glob", "webbrowser.",
)  # fmt: skip
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Check:
    """`left` (an expression in which `result` stands for the call) compared with the source `right`."""

    kind: Literal["equal", "approx", "is", "type"]
    left: str
    right: str


@dataclass(frozen=True)
class Scenario:
    """A call and what comes before it.

    `call` is a template in which {0}, {1}, ... stand for `arguments`, pairs of a variable name and a source. `subject` is the
    variable whose state is watched. `wrap` is what the value is put into, `what` says in words what is tested. `want` is
    what the documentation says of the result, in doctest's form; `constructs` that the call makes an object of the target; `observe` are
    calls that tell the subject's state and leave it as it is.
    """

    target: str
    call: str
    what: str = ""
    imports: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    wrap: str = "{}"
    documented: bool = False
    want: str = ""
    typed: bool = True
    constructs: bool = False
    observe: tuple[str, ...] = ()

    def expression(self, bound: Iterable[str] = ()) -> str:
        """The call with the arguments written out, but for those that are bound to variables."""
        names = set(bound)
        texts = [name if name in names else source for name, source in self.arguments]
        return self.wrap.format(self.call.format(*texts))


@dataclass(frozen=True)
class Seen:
    """What a call did. `ok` says that a test can be made of it; `weak` that it would say little.

    `error` is the source of the class of an exception, `changed` names the arguments that are different afterwards,
    `mutates` says that the subject is. `lines` are those of the target that ran.
    """

    scenario: Scenario
    ok: bool = False
    why: str = ""
    checks: tuple[Check, ...] = ()
    imports: tuple[str, ...] = ()
    error: str = ""
    changed: tuple[str, ...] = ()
    printed: str = ""
    mutates: bool = False
    weak: bool = False
    lines: frozenset[int] = field(default=frozenset())

    @property
    def outcome(self) -> tuple[object, ...]:
        """What distinguishes it from other calls."""
        return (self.error, self.printed, *[(check.left, check.right) for check in self.checks])


class Runner:
    """Runs scenarios against a module. `raises` are the lines of its raise statements."""

    def __init__(self, module: ModuleType, lines: Lines, raises: frozenset[int]) -> None:
        self.module = module
        self._lines = lines
        self._raises = raises
        self._effects: list[str] = []
        self._watching = False
        sys.addaudithook(self._audit)

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._watching:
            return
        if event == "open":
            mode, flags = args[1], args[2] if len(args) > 2 else 0
            writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
            writes = writes or bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            if writes and args[0] != os.devnull:
                self._effects.append(event)
        elif event.startswith(_EFFECTS):
            # an import looks through folders
            caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001
            if not caller.startswith("<frozen importlib"):
                self._effects.append(event)

    def run(self, scenario: Scenario) -> Seen:
        """One run. Never raises for what the code under test does."""
        seen, value = self._run(scenario)
        if seen.ok and not seen.error and scenario.wrap == "{}" and not scenario.constructs:
            if inspect.iscoroutine(value):
                value.close()
                imports = (*scenario.imports, "import asyncio")
                return self.run(replace(scenario, wrap="asyncio.run({})", imports=imports))
            if isinstance(value, Iterator) and not isinstance(value, io.IOBase):
                return self._iterated(scenario)
        return seen

    def _iterated(self, scenario: Scenario) -> Seen:
        if "list" in vars(self.module):
            return Seen(scenario, why="an iterator")
        seen = self.run(replace(scenario, wrap="list({})")) if self._ends(scenario) else None
        if seen is not None:
            return seen
        imports = (*scenario.imports, "import itertools")
        return self.run(replace(scenario, wrap="list(itertools.islice({}, 5))", imports=imports))

    def _ends(self, scenario: Scenario) -> bool:
        counted = replace(scenario, wrap="sum(1 for _ in itertools.islice({}, 61)) < 61")
        seen, value = self._run(replace(counted, imports=(*scenario.imports, "import itertools")))
        return bool(seen.error or value is True)

    def _run(self, scenario: Scenario) -> tuple[Seen, Any]:
        expression = scenario.expression([name for name, _ in scenario.arguments])
        out = io.StringIO()
        self._effects.clear()
        value: Any = None
        error: BaseException | None = None
        before: dict[str, str] = {}
        private = ""
        names: dict[str, Any] = {}
        stage = "setup"
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), at_most(LIMIT_S):
                names = namespace(scenario.imports)
                self._watching = True
                with self._lines:
                    for statement in scenario.setup:
                        exec(statement, names)  # noqa: S102
                for name, source in scenario.arguments:
                    names[name] = eval(source, names)  # noqa: S307
                before = self._watched(scenario, names)
                private = _private(names.get(scenario.subject))
                setup_lines = self._lines.seen
                out.seek(0)
                out.truncate()
                stage = "call"
                with self._lines:
                    value = eval(expression, names)  # noqa: S307
        except TooSlow:
            return Seen(scenario, why="slow"), None
        except (Exception, SystemExit) as caught:  # noqa: BLE001 - whatever the code under test raises
            error = caught
        finally:
            self._watching = False
        if stage == "setup":
            return Seen(scenario, why="setup"), None
        lines = frozenset(self._lines.seen | setup_lines)
        if scenario.want and not agrees(scenario.want, value, error, out.getvalue()):
            return Seen(scenario, why="its documentation says otherwise", lines=lines), None
        if self._effects:
            return Seen(scenario, why=f"has effects ({self._effects[0]})", lines=lines), None
        if error is not None:
            return self._raised(scenario, error, lines), None
        try:
            with at_most(LIMIT_S), contextlib.redirect_stdout(io.StringIO()):
                seen = self._returned(scenario, value, names, before, private, out.getvalue())
        except (Exception, SystemExit, TooSlow) as caught:  # noqa: BLE001 - comparisons and reprs of the code under test
            return Seen(scenario, why=type(caught).__name__, lines=lines), None
        return replace(seen, lines=lines), value

    def _raised(self, scenario: Scenario, error: BaseException, lines: frozenset[int]) -> Seen:
        at = error.__traceback__
        inside = False
        deliberate = False
        while at is not None:
            here = at.tb_frame.f_code.co_filename in self._lines.files
            inside = inside or here
            deliberate = here and at.tb_lineno in self._raises
            at = at.tb_next
        if not inside and not isinstance(error, ValueError | ArithmeticError):
            return Seen(scenario, why="TypeError" if isinstance(error, TypeError) else type(error).__name__)
        wrong_type = isinstance(error, TypeError | AttributeError)
        broken = isinstance(
            error,
            NameError
            | RecursionError
            | ImportError
            | AssertionError
            | SystemError
            | MemoryError
            | OSError
            | SyntaxError,
        )
        if not deliberate and not scenario.documented and (wrong_type or broken or not scenario.typed):
            return Seen(scenario, why="TypeError" if wrong_type else type(error).__name__, lines=lines)
        try:
            source = class_source(type(error), self.module)
        except NoSourceError:
            return Seen(scenario, why="its exception cannot be imported", lines=lines)
        return Seen(scenario, True, error=source.text, imports=source.imports, lines=lines)

    def _returned(
        self,
        scenario: Scenario,
        value: Any,
        names: dict[str, Any],
        before: dict[str, str],
        private: str,
        printed: str,
    ) -> Seen:
        imports: dict[str, None] = {}
        after = self._watched(scenario, names, imports)
        changed = tuple(name for name, _ in scenario.arguments if before.get(name) != after.get(name))
        mutates = bool(scenario.subject) and (
            private != _private(names.get(scenario.subject))
            or _subject(scenario, before) != _subject(scenario, after)
        )
        found: list[Check] = []
        for expression, source in after.items():
            if before.get(expression) != source and source:
                found.append(_same(expression, source))
        weak = False
        if inspect.iscoroutine(value) or (isinstance(value, Iterator) and not scenario.constructs):
            return Seen(scenario, True, mutates=mutates)
        printed = printed if value is None else ""
        if value is None and (found or printed):
            checks = found
        else:
            result = (
                self._object(value, imports, RESULT) if scenario.constructs else self.describe(value, imports)
            )
            checks = [*result, *found]
            weak = not found and (value is None or all(check.kind == "type" for check in result))
        if (not checks and not printed) or len(printed) > MOST:
            return Seen(scenario, why="nothing to compare", mutates=mutates)
        used = tuple(imports)
        return Seen(scenario, True, "", tuple(checks[:5]), used, "", changed, printed, mutates, weak)

    def describe(self, value: Any, imports: dict[str, None], left: str = RESULT) -> list[Check]:
        """What can be asserted of a value: that it is equal to a source, else its type and public attributes."""
        if value is None or value is True or value is False:
            return [Check("is", left, repr(value))]
        try:
            source = source_of(value, self.module)
        except NoSourceError:
            return self._object(value, imports, left)
        imports.update(dict.fromkeys(source.imports))
        return [Check("approx" if _is_rounded(value) else "equal", left, source.text)]

    def _object(self, value: Any, imports: dict[str, None], left: str) -> list[Check]:
        try:
            kind = class_source(type(value), self.module)
        except NoSourceError:
            return []
        if "isinstance" in vars(self.module) or kind.text.startswith("_"):
            return []
        imports.update(dict.fromkeys(kind.imports))
        state = self._state(left, value, imports)
        return [Check("type", left, kind.text), *[_same(key, text) for key, text in state.items()]]

    def _watched(
        self, scenario: Scenario, names: dict[str, Any], imports: dict[str, None] | None = None
    ) -> dict[str, str]:
        """What the arguments and the subject look like, by expression."""
        found: dict[str, str] = {}
        for name, _ in scenario.arguments:
            value = names.get(name)
            if isinstance(value, list | dict | set | bytearray):
                try:
                    found[name] = source_of(value, self.module).text
                except NoSourceError:
                    found[name] = ""
        subject = names.get(scenario.subject)
        if subject is not None:
            found.update(
                self._state(
                    scenario.subject, subject, imports if imports is not None else {}, scenario.observe
                )
            )
        return found

    def _state(
        self, name: str, value: Any, imports: dict[str, None], observe: Iterable[str] = ()
    ) -> dict[str, str]:
        """The public attributes and properties, the length and the items of an object, as sources by expression."""
        found: dict[str, str] = {}
        attributes = [key for key in getattr(value, "__dict__", {}) if not key.startswith("_")]
        attributes += [
            key for key, one in _members(type(value)) if isinstance(one, property) and key[0] != "_"
        ]
        for key in dict.fromkeys(attributes):
            self._note(found, f"{name}.{key}", lambda key=key: getattr(value, key), imports)
        own = vars(self.module)
        if hasattr(type(value), "__len__") and "len" not in own:
            self._note(found, f"len({name})", lambda: len(value), imports)
        if isinstance(value, Iterable) and not isinstance(value, Iterator | dict) and "list" not in own:
            self._note(found, f"list({name})", lambda: list(value), imports)
        for call in observe:
            self._note(found, call, lambda call=call: eval(call, {name: value}), imports)  # noqa: S307
        return found

    def _note(self, found: dict[str, str], key: str, get: Any, imports: dict[str, None]) -> None:
        try:
            source = source_of(get(), self.module)
        except (Exception, SystemExit):  # noqa: BLE001 - properties run the code under test
            return
        found[key] = source.text
        imports.update(dict.fromkeys(source.imports))


def _same(left: str, right: str) -> Check:
    return Check("is" if right in ("None", "True", "False") else "equal", left, right)


def agrees(want: str, value: object, error: BaseException | None, printed: str) -> bool:
    """Whether a result is what an example in the documentation shows."""
    if want.lstrip().startswith("Traceback"):
        return error is not None and type(error).__name__ in want.rstrip().rpartition("\n")[2]
    if error is not None:
        return False
    got = printed + (f"{value!r}\n" if value is not None else "")
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    return doctest.OutputChecker().check_output(want, got, flags)


def _subject(scenario: Scenario, state: dict[str, str]) -> dict[str, str]:
    names = {name for name, _ in scenario.arguments}
    return {key: text for key, text in state.items() if key not in names}


def _members(kind: type) -> list[tuple[str, Any]]:
    return [
        (name, value) for base in kind.__mro__ if base is not object for name, value in vars(base).items()
    ]


def _private(value: object) -> str:
    """All of an object's state as a text, for telling whether it changed."""
    if value is None:
        return ""
    try:
        return _ADDRESS.sub("", repr(getattr(value, "__dict__", None) or value))
    except Exception:  # noqa: BLE001 - a repr of the code under test
        return ""


def _is_rounded(value: object) -> bool:
    """Whether a float in a flat value has so many digits that another machine may round it differently."""
    parts: Iterable[object] = [value]
    if isinstance(value, list | tuple):
        parts = value
    elif isinstance(value, dict):
        parts = value.values()
    parts = list(parts)
    numbers = all(isinstance(part, int | float) for part in parts)
    return numbers and any(isinstance(part, float) and len(repr(part)) > 12 for part in parts)
