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
    "kibitz.validate",
    "kibitz.projects.list",
    "kibitz.projects.get",
    "kibitz.models.list",
    "kibitz.models.select",
    "kibitz.usage",
    "kibitz.status",
    "kibitz.egress",
    "kibitz.accepted",
)

FIND_BUGS = "source.kibitz.findBugs"
GENERATE_TESTS = "source.kibitz.generateTests"
EXPLAIN = "source.kibitz.explain"

ACTION_KINDS: tuple[str, ...] = (
    "quickfix",
    "refactor.rewrite",
    "refactor.extract",
    "refactor.inline",
    "source.organizeImports",
    FIND_BUGS,
    GENERATE_TESTS,
    EXPLAIN,
)

CONTENT_SCHEME = "kibitz"
"""The scheme of documents that exist only in the server."""

SOURCE = "kibitz"
"""The source of our diagnostics."""
