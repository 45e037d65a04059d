"""Analyze: what a file consists of, in numbers, with what is wrong with it."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.find_bugs import Finding, static_findings
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Usage
from kibitz.models.select import OFFLINE
from kibitz.syntax.model import Definition
from kibitz.syntax.tree import parse
from kibitz.text import Document


@frozen
class Analysis:
    """Symbols, metrics (counts of lines and definitions), findings and a sentence that sums up."""

    envelope: Envelope
    document: Document
    symbols: tuple[Definition, ...]
    metrics: dict[str, int]
    findings: tuple[Finding, ...]
    summary: str

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """The result of `kibitz.analyze`."""
        return {
            **self.envelope.to_json(),
            "symbols": [
                {
                    "name": s.name,
                    "kind": s.kind,
                    "container": s.container,
                    "signature": s.signature,
                    "range": shapes.range(self.document, s.range),
                    "selectionRange": shapes.range(self.document, s.name_range),
                }
                for s in self.symbols
            ],
            "metrics": self.metrics,
            "findings": [f.to_json(shapes) for f in self.findings],
            "summary": self.summary,
        }


def _read(document: Document) -> tuple[tuple[Definition, ...], int]:
    tree = parse(document)
    return (tree.definitions, len(tree.errors)) if tree is not None else ((), 0)


async def analyze(bench: Workbench, document: Document) -> Analysis:
    """Count and check a document; nothing is sent anywhere."""
    watch = Stopwatch()
    symbols, errors = await asyncio.to_thread(_read, document)
    try:
        findings = await static_findings(bench, document)
    except KibitzError as error:
        if error.kind not in ("unsupported", "untrusted"):
            raise
        findings = ()
    filled = sum(1 for line in document.lines if line.strip())
    longest = max(
        (s.range.end.line - s.range.start.line + 1 for s in symbols if s.kind in ("function", "method")),
        default=0,
    )
    metrics = {
        "lines": len(document.lines),
        "linesWithText": filled,
        "functions": sum(s.kind in ("function", "method") for s in symbols),
        "classes": sum(s.kind in ("class", "interface", "struct", "enum") for s in symbols),
        "longestFunctionLines": longest,
        "syntaxErrors": errors,
        "findings": len(findings),
    }
    summary = (
        f"{bench.shown(document)}: {metrics['lines']} lines of {document.language}, {metrics['functions']} functions, "
        f"{metrics['classes']} classes, {metrics['findings']} findings."
    )
    envelope = bench.envelope(Answer(OFFLINE, "", Usage()), watch)
    return Analysis(envelope, document, symbols, metrics, findings, summary)
