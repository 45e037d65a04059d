"""The one schema of settings: everything a user can set, with its default, its limits and one sentence about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import attrs
from attrs import field, frozen

Merge = Literal["never", "extend", "narrow"]


def option(
    default: Any,
    doc: str,
    *,
    project: Merge = "never",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    editor_only: bool = False,
) -> Any:
    """A setting. `project` says what a project file may do with it: nothing, add to it, or cut it down."""
    facts = {"doc": doc, "project": project, "minimum": minimum, "maximum": maximum, "choices": choices}
    return field(default=default, metadata={**facts, "editor_only": editor_only})


@frozen
class Completion:
    """Suggestions while typing."""

    enabled: bool = option(True, "Suggest code while you type.")
    model: str = option("", "The model for completion; empty: the same as `model`.")
    debounce_ms: int = option(
        75, "Wait this many milliseconds after a key before a model is asked.", minimum=0, maximum=5000
    )
    max_lines: int = option(12, "The longest suggestion, in lines.", minimum=1, maximum=200)
    languages: tuple[str, ...] = option(
        (), "Only these languages get suggestions; empty: all.", project="narrow"
    )


@frozen
class Budget:
    """What may be spent. A call that could exceed a cap is refused before it is made."""

    per_day_usd: float = option(
        5.0, "The most that may be spent on models in a day, in US dollars.", minimum=0
    )
    per_session_usd: float = option(
        2.0, "The most that may be spent by one server or command, in US dollars.", minimum=0
    )


@frozen
class Context:
    """What a model gets to see."""

    max_tokens: int = option(
        4096, "The largest prompt for a completion, in tokens.", minimum=256, maximum=1_000_000
    )
    exclude: tuple[str, ...] = option(
        (), "Files that are never read, as .gitignore patterns.", project="extend"
    )


@frozen
class History:
    """Conversations kept on this machine."""

    enabled: bool = option(True, "Keep conversations.")
    max_messages: int = option(10_000, "Keep at most this many messages.", minimum=1)
    retention_days: int = option(365, "Forget conversations after this many days.", minimum=1)


@frozen
class Sandbox:
    """Where code that nobody has read yet is run."""

    enabled: bool = option(True, "Run generated tests in a sandbox before they are shown.")
    timeout_s: int = option(20, "The longest run, in seconds.", minimum=1, maximum=3600)
    memory_mb: int = option(1024, "The most memory of a run, in megabytes.", minimum=64, maximum=65_536)


@frozen
class Log:
    """The server's log. It never holds keys, prompts or the text of a file."""

    level: str = option("warning", "How much is logged.", choices=("debug", "info", "warning", "error"))
    file: str = option("", "The log file; empty: kibitz.log in the platform's log folder.")


@frozen
class Privacy:
    """What leaves the machine."""

    redact: bool = option(True, "Replace secrets with placeholders before anything is sent.")
    send_paths: bool = option(True, "Tell the model the names of files, relative to the project.")


@frozen
class Style:
    """How the project wants its code written."""

    notes: str = option("", "Notes on style, added to what a model is told.", project="extend")


@frozen
class Settings:
    """All of kibitz's settings."""

    model: str = option(
        "", "The model that answers, as `provider/model`; empty or `offline`: the built-in engine."
    )
    api_base: str = option("", "The address of an OpenAI-compatible server, for models served by one.")
    fallbacks: tuple[str, ...] = option((), "Models to ask, in order, when the first one cannot answer.")
    database_url: str = option(
        "", "Where conversations and usage are kept; empty: kibitz.db in the data folder."
    )
    trusted: bool = option(
        True,
        "Whether the workspace is trusted: if not, no model is called and no process is started.",
        editor_only=True,
    )
    completion: Completion = field(factory=Completion)
    budget: Budget = field(factory=Budget)
    context: Context = field(factory=Context)
    history: History = field(factory=History)
    sandbox: Sandbox = field(factory=Sandbox)
    log: Log = field(factory=Log)
    privacy: Privacy = field(factory=Privacy)
    style: Style = field(factory=Style)

    @property
    def offline(self) -> bool:
        """Whether nothing but the built-in engine may answer."""
        return self.model in ("", "offline")


@frozen
class Problem:
    """A setting that could not be used: where it came from, its name, and a sentence."""

    source: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


@frozen
class Option:
    """One setting as the generators and the loader see it."""

    name: str
    type: Any
    default: Any
    doc: str
    project: Merge
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    editor_only: bool

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "KIBITZ_" + self.name.replace(".", "_").upper()


def options(schema: type[Any] = Settings, prefix: str = "") -> Iterator[Option]:
    """Every setting, in the order of the schema, with dotted names."""
    attrs.resolve_types(schema)
    for a in attrs.fields(schema):
        if attrs.has(a.type):
            yield from options(a.type, f"{prefix}{a.name}.")
        else:
            m = a.metadata
            yield Option(
                prefix + a.name,
                a.type,
                a.default,
                m["doc"],
                m["project"],
                m["minimum"],
                m["maximum"],
                m["choices"],
                m["editor_only"],
            )


_OPTIONS: dict[str, Option] = {}


def table() -> dict[str, Option]:
    """The settings by name; made once."""
    if not _OPTIONS:
        _OPTIONS.update((o.name, o) for o in options())
    return _OPTIONS
