"""The projects whose blocks are damaged: those that were looked at while anchoring was made, and those that were not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from corpora import SOURCES, Project, Source, fetch

SUFFIX = {"python": "py", "typescript": "ts", "go": "go", "rust": "rs", "java": "java"}
FILES = 12

_GO, _RUST = "usr/share/gocode/src", "usr/share/cargo/registry"
_HELD_OUT = (
    Source("python", "tornado", "tornado", "tornado"),
    Source("python", "paramiko", "paramiko", "paramiko"),
    Source("python", "babel", "babel", "babel"),
    Source("typescript", "effect", "effect", "package/src"),
    Source("typescript", "ethers", "ethers", "package/src.ts"),
    Source("typescript", "immer", "immer", "package/src"),
    Source("go", "logrus", "golang-github-sirupsen-logrus-dev", f"{_GO}/github.com/sirupsen/logrus"),
    Source("go", "mux", "golang-github-gorilla-mux-dev", f"{_GO}/github.com/gorilla/mux"),
    Source(
        "go",
        "prometheus",
        "golang-github-prometheus-client-golang-dev",
        f"{_GO}/github.com/prometheus/client_golang",
    ),
    Source("rust", "serde_json", "librust-serde-json-dev", f"{_RUST}/serde_json-1.0.87"),
    Source("rust", "syn", "librust-syn-dev", f"{_RUST}/syn-1.0.107"),
    Source("rust", "crossbeam", "librust-crossbeam-channel-dev", f"{_RUST}/crossbeam-channel-0.5.6"),
    Source("java", "xerces", "openjdk-17-source", "src/java.xml"),
    Source("java", "jline", "openjdk-17-source", "src/jdk.internal.le"),
    Source("java", "rowset", "openjdk-17-source", "src/java.sql.rowset"),
)


def _chosen(languages: tuple[str, ...], cache: Path, *, held_out: bool) -> Iterator[Project]:
    for source in _HELD_OUT if held_out else SOURCES:
        if source.language in languages:
            project = fetch(source, cache)
            if project is not None:
                yield project


def sources(
    languages: tuple[str, ...], cache: Path, held_out: bool, rng: random.Random
) -> list[tuple[str, str, list[str]]]:
    """(language, name, lines) of files of real projects; what cannot be downloaded is said and left out."""
    found: list[tuple[str, str, list[str]]] = []
    for project in _chosen(languages, cache, held_out=held_out):
        paths = [
            path
            for path in sorted(project.root.rglob(f"*.{SUFFIX[project.language]}"))
            if 2_000 < path.stat().st_size < 200_000
        ]
        for path in rng.sample(paths, min(len(paths), FILES)):
            text = path.read_text("utf-8", "replace").replace("\r\n", "\n")
            if "\r" not in text and text.endswith("\n"):
                found.append((project.language, f"{project.name}/{path.name}", text.split("\n")[:-1]))
    return found
