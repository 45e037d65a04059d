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
    pattern: str = "",
    editor_only: bool = False,
) -> Any:
    """A setting. `project` says what a project file may do with it: nothing, add to it, or cut it down.
    `pattern` is what each entry of a list must match."""
    facts = {"doc": doc, "project": project, "minimum": minimum, "maximum": maximum, "choices": choices}
    return field(default=default, metadata={**facts, "pattern": pattern, "editor_only": editor_only})


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
    in_comments: bool = option(True, "Suggest text in comments.")
    in_strings: bool = option(True, "Suggest text in strings.")


@frozen
class Budget:
    """What may be spent. A call that could exceed a cap is refused before it is made."""

    per_day_usd: float = option(
        5.0, "The most that may be spent on models in a day, in US dollars.", minimum=0
    )
    per_session_usd: float = option(
        2.0, "The most that may be spent by one server or command, in US dollars.", minimum=0
    )
    allow_unpriced: tuple[str, ...] = option(
        (),
        "Models that may be asked although no price is known for them, as `provider/model`; `*`: all. Their tokens are counted.",
    )


@frozen
class Models:
    """The model for one feature; empty: the same as `model`. Completion has its own, `completion.model`."""

    explain: str = option("", "The model that explains; empty: the same as `model`.")
    find_bugs: str = option("", "The model that looks for bugs; empty: the same as `model`.")
    refactor: str = option("", "The model that refactors; empty: the same as `model`.")
    fix: str = option("", "The model that fixes diagnostics; empty: the same as `model`.")
    generate_tests: str = option("", "The model that writes tests; empty: the same as `model`.")
    chat: str = option("", "The model for chat; empty: the same as `model`.")
    judge: str = option("", "The model that judges pictures; empty: the same as `model`.")


@frozen
class Cache:
    """Answers kept in memory, so that the same question is not paid for twice."""

    enabled: bool = option(True, "Answer from memory what was just answered.")
    features: tuple[str, ...] = option(
        ("complete",),
        "What is answered from memory: any of `complete`, `explain`, `find_bugs` and `judge`.",
        pattern="complete|explain|find_bugs|judge",
    )
    max_entries: int = option(500, "Keep at most this many answers.", minimum=1, maximum=100_000)
    max_mb: int = option(8, "Keep at most this many megabytes of them.", minimum=1, maximum=1024)


@frozen
class Limits:
    """How hard a model may be asked, so that a provider's own limits are not met."""

    requests_per_minute: int = option(
        0, "The most requests to one model in a minute; 0: no limit.", minimum=0, maximum=100_000
    )
    parallel: int = option(
        0, "The most requests to one model at the same time; 0: no limit.", minimum=0, maximum=1000
    )
    models: tuple[str, ...] = option(
        (),
        "Other limits for single models, as `provider/model=60/4`: 60 requests a minute, 4 at a time; 0: no limit.",
        pattern=r"\S+=\d{1,6}/\d{1,4}",
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
    project_tests: bool = option(
        False,
        "Run the project's own tests that a change concerns, in the sandbox on a copy, before the change is offered.",
    )
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
        "",
        "The model that answers, as `provider/model`, or `provider/model@http://host/v1` for one at an address of its "
        "own; empty or `offline`: the built-in engine.",
    )
    api_base: str = option("", "The address of an OpenAI-compatible server, for models served by one.")
    fallbacks: tuple[str, ...] = option(
        (),
        "Models to ask, in order, when the first one cannot answer; the same model at another address shares its "
        "work; `offline`: the built-in engine answers last.",
    )
    key_hosts: tuple[str, ...] = option(
        (), "Hosts beside a provider's own that may have its key from the environment."
    )
    database_url: str = option(
        "", "Where conversations and usage are kept; empty: kibitz.db in the data folder."
    )
    trusted: bool = option(
        True,
        "Whether the workspace is trusted: if not, no model is called and no process is started.",
        editor_only=True,
    )
    completion: Completion = field(factory=Completion)
    models: Models = field(factory=Models)
    budget: Budget = field(factory=Budget)
    cache: Cache = field(factory=Cache)
    limits: Limits = field(factory=Limits)
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
    pattern: str
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
                m["pattern"],
                m["editor_only"],
            )


_OPTIONS: dict[str, Option] = {}


def table() -> dict[str, Option]:
    """The settings by name; made once."""
    if not _OPTIONS:
        _OPTIONS.update((o.name, o) for o in options())
    return _OPTIONS
