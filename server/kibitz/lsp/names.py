"""The names the outside relies on (CONTRACT §2), in one place that imports nothing."""

from __future__ import annotations

COMMANDS: tuple[str, ...] = (
    "kibitz.explain",
    "kibitz.refactor",
    "kibitz.findBugs",
    "kibitz.fix",
    "kibitz.generateTests",
    "kibitz.chat.send",
    "kibitz.chat.list",
    "kibitz.chat.get",
    "kibitz.chat.search",
    "kibitz.chat.rename",
    "kibitz.chat.delete",
    "kibitz.chat.export",
    "kibitz.analyze",
    "kibitz.run",
    "kibitz.runTests",
    "kibitz.validate",
    "kibitz.judge",
    "kibitz.projects.list",
    "kibitz.projects.get",
    "kibitz.models.list",
    "kibitz.models.select",
    "kibitz.usage",
    "kibitz.status",
    "kibitz.egress",
    "kibitz.accepted",
)

EDITOR_COMMANDS: tuple[tuple[str, str], ...] = (
    ("explain", "Explain"),
    ("refactor", "Refactor..."),
    ("findBugs", "Find Bugs in This File"),
    ("findBugsInWorkspace", "Find Bugs in the Workspace"),
    ("generateTests", "Generate Tests"),
    ("chat", "Chat..."),
    ("newChat", "New Chat..."),
    ("selectModel", "Select Model..."),
    ("status", "Status"),
    ("restart", "Restart Server"),
    ("showLog", "Show Log"),
)
"""What an editor's own menu offers: a name and a title, from which the plugins' manifests are generated."""

FIND_BUGS = "source.kibitz.findBugs"
GENERATE_TESTS = "source.kibitz.generateTests"
EXPLAIN = "source.kibitz.explain"
FIX_ALL = "source.fixAll.kibitz"
ORGANIZE_IMPORTS = "source.organizeImports"

ACTION_KINDS: tuple[str, ...] = (
    "quickfix",
    "refactor.rewrite",
    "refactor.extract",
    "refactor.inline",
    ORGANIZE_IMPORTS,
    FIND_BUGS,
    GENERATE_TESTS,
    EXPLAIN,
    FIX_ALL,
)

CONTENT_SCHEME = "kibitz"
"""The scheme of documents that exist only in the server."""

SOURCE = "kibitz"
"""The source of our diagnostics."""
