"""Where settings come from. The only module that reads the environment.

Order, later wins: defaults, the user's config.toml, KIBITZ_* variables, the editor, the project. A wrong field costs
itself alone: it is named in a `Problem` and its default is used.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from kibitz.paths import Places, places
from kibitz.settings.schema import Merge, Option, Problem, Settings, table

FOREIGN = frozenset(
    {
        "editorInfo",
        "editorPluginInfo",
        "copilotCapabilities",
        "github-enterprise",
        "telemetry",
        "http",
        "server",
        "trace",
    }
)
"""Names other products' plugins send beside ours; not mistakes."""


def load(
    *,
    editor: Mapping[str, Any] | None = None,
    root: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> tuple[Settings, list[Problem]]:
    """The settings in force for a project, and what was wrong with any of their sources.

    `editor` is what the editor sent for section `kibitz`; `overrides` are a command line's own, by dotted name.
    """
    loader = _Loader()
    here = user_places()
    loader.take_file(here.config, None)
    loader.take_environment()
    if editor:
        loader.take("editor", flatten(editor), editor=True)
    if root is not None and loader.values.get("trusted", True):
        loader.take_project(root)
    if overrides:
        loader.take("command line", dict(overrides), editor=True)
    return loader.settings(), loader.problems


def user_places() -> Places:
    """The user's files: all in KIBITZ_HOME where that is set."""
    return places(os.environ.get("KIBITZ_HOME"))


def log_file(settings: Settings) -> Path:
    """The log: the one the settings name, else kibitz.log in the platform's log folder."""
    return Path(settings.log.file).expanduser().absolute() if settings.log.file else user_places().log


def environment(**extra: str) -> dict[str, str]:
    """This process's environment with additions, for a child process of ours: one heap for all its threads, and large texts outside (`cli/serve.py`)."""
    return {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "16384", **os.environ, **extra}


def key_variables() -> frozenset[str]:
    """The names (never the values) of the environment variables that look like a provider's key."""
    return frozenset(name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN", "_API_TOKEN")))


def has_variable(*names: str) -> bool:
    """Whether each of these environment variables is set and not empty."""
    return all(os.environ.get(name) for name in names)


def variable(*names: str) -> str | None:
    """The value of the first of these environment variables that has one: a key for a call, to be kept nowhere."""
    return next((value for name in names if (value := os.environ.get(name))), None)


def proxy_of(url: str) -> str | None:
    """The proxy that the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) or the system names for an address."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts, named = urlsplit(url), getproxies()
    found = named.get(parts.scheme) or named.get("all")
    return found if found and not proxy_bypass(parts.netloc) else None


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables and dotted keys alike as dotted names."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = prefix + str(key)
        if isinstance(value, Mapping) and name not in table():
            flat.update(flatten(value, name + "."))
        else:
            flat[name] = value
    return flat


class _Loader:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []

    def complain(self, source: str, name: str, message: str) -> None:
        self.problems.append(Problem(source, name, message))

    def take(self, source: str, flat: Mapping[str, Any], *, editor: bool = False) -> None:
        """Use what is right of one source and say what is not."""
        for name, value in flat.items():
            known = table().get(name)
            if known is None:
                if name.split(".")[0] not in FOREIGN:
                    self.complain(source, name, _unknown(name))
            elif known.editor_only and not editor:
                self.complain(source, name, f"`{name}` can only be set by the editor.")
            elif value is not None:
                self._set(source, known, value)

    def take_file(self, path: Path, table_path: tuple[str, ...] | None, *, project: bool = False) -> None:
        """A TOML file, or one table of it. A missing file is no problem."""
        try:
            values: Any = tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self.complain(str(path), path.name, f"{path.name} cannot be read: {reason}")
            return
        for key in table_path or ():
            values = values.get(key, {}) if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self.complain(str(path), path.name, f"{path.name}: `tool.kibitz` is not a table.")
        elif project:
            self._take_project_values(str(path), flatten(values))
        else:
            self.take(str(path), flatten(values))

    def take_environment(self) -> None:
        """KIBITZ_* variables: lists by commas or as JSON, the rest as text."""
        by_variable = {o.variable: o for o in table().values()}
        for variable, text in os.environ.items():
            known = by_variable.get(variable)
            if known is None or text == "":
                continue
            if known.editor_only:
                self.complain(variable, known.name, f"`{known.name}` can only be set by the editor.")
                continue
            self._set(variable, known, _from_text(text, known.type))

    def take_project(self, root: Path) -> None:
        """What a project may say about itself."""
        self.take_file(root / "pyproject.toml", ("tool", "kibitz"), project=True)
        self.take_file(root / ".kibitz.toml", None, project=True)

    def _take_project_values(self, source: str, flat: Mapping[str, Any]) -> None:
        for name, value in flat.items():
            known = table().get(name)
            if known is None:
                self.complain(source, name, _unknown(name))
            elif known.project == "never":
                self.complain(source, name, f"`{name}` is ignored: a project may not set it.")
            else:
                before = self.values.get(name, known.default)
                if self._set(source, known, value):
                    self.values[name] = _merge(known.project, before, self.values[name])

    def _set(self, source: str, known: Option, value: Any) -> bool:
        right, result = _convert(known, value)
        if right:
            self.values[known.name] = result
        else:
            used = self.values.get(known.name, known.default)
            self.complain(source, known.name, f"`{known.name}` {result}; {_shown(used)} is used.")
        return right

    def settings(self) -> Settings:
        """The schema filled in."""
        built: Settings = _build(Settings, self.values, "")
        return built


def _build(schema: type[Any], values: Mapping[str, Any], prefix: str) -> Any:
    given: dict[str, Any] = {}
    for a in attrs.fields(schema):
        name = prefix + a.name
        if attrs.has(a.type):
            given[a.name] = _build(a.type, values, name + ".")
        elif name in values:
            given[a.name] = values[name]
    return schema(**given)


def _merge(how: Merge, before: Any, added: Any) -> Any:
    if how == "narrow":
        return tuple(v for v in added if v in before) if before else added
    if isinstance(before, str):
        return f"{before}\n{added}".strip()
    return (*before, *(v for v in added if v not in before))


def _convert(known: Option, value: Any) -> tuple[bool, Any]:
    """(True, the value) or (False, what is wrong with it as the rest of a sentence)."""
    if known.type is bool:
        return (True, value) if isinstance(value, bool) else (False, "must be true or false")
    if known.type in (int, float):
        return _number(known, value)
    if known.type is str:
        if not isinstance(value, str):
            return False, "must be a text"
        if known.choices and value not in known.choices:
            return False, f"must be one of {', '.join(known.choices)}"
        return True, value
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        return False, "must be a list of texts"
    if known.pattern and not all(re.fullmatch(known.pattern, v) for v in value):
        return False, "has an entry of another form than its description names"
    return True, tuple(value)


def _number(known: Option, value: Any) -> tuple[bool, Any]:
    kind = "a whole number" if known.type is int else "a number"
    whole = isinstance(value, int) or (isinstance(value, float) and known.type is int and value.is_integer())
    if isinstance(value, bool) or not (whole or (known.type is float and isinstance(value, float))):
        return False, f"must be {kind}"
    if value != value or (known.minimum is not None and value < known.minimum):
        return False, f"must be {kind} of at least {known.minimum:g}"
    if known.maximum is not None and value > known.maximum:
        return False, f"must be {kind} of at most {known.maximum:g}"
    return True, known.type(value)


def _from_text(text: str, wanted: Any) -> Any:
    if wanted is str:
        return text
    if wanted is bool:
        return {
            "true": True,
            "1": True,
            "yes": True,
            "on": True,
            "false": False,
            "0": False,
            "no": False,
            "off": False,
        }.get(text.lower(), text)
    if wanted in (int, float):
        try:
            return int(text) if wanted is int else float(text)
        except ValueError:
            return text
    if text.startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _unknown(name: str) -> str:
    last = name.rsplit(".", 1)[-1].lower()
    if last.endswith(("key", "token", "secret", "password")):
        return f"`{name}` is ignored: keys come from the provider's own environment variable or the system keyring."
    import difflib

    near = difflib.get_close_matches(name, table(), 1)
    return f"`{name}` is not a setting{f'; did you mean `{near[0]}`?' if near else '.'}"


def _shown(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)
