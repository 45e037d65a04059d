"""The projects whose blocks are damaged: those that were looked at while anchoring was made, and those that were not."""

from __future__ import annotations

import random
from pathlib import Path

from corpora import SOURCES, Source, projects

SUFFIX = {"python": "py", "typescript": "ts", "go": "go", "rust": "rs", "java": "java"}
FILES = 12


def _python(name: str, inside: str = "") -> Source:
    return Source("python", name, name, inside or name)


def _typescript(package: str, inside: str = "package/src") -> Source:
    return Source("typescript", package.rpartition("/")[2], package, inside)


def _go(path: str) -> Source:
    host, _, rest = path.partition(".com/")
    package = f"golang-{host}-{rest.replace('/', '-').replace('_', '-').lower()}-dev"
    return Source("go", path.rpartition("/")[2], package, f"usr/share/gocode/src/{path}")


def _rust(crate: str) -> Source:
    name = crate.rpartition("-")[0]
    return Source("rust", name, f"librust-{name.replace('_', '-')}-dev", f"usr/share/cargo/registry/{crate}")


def _java(module: str) -> Source:
    return Source("java", module, "openjdk-17-source", f"src/{module}")


LOOKED_AT = (
    *SOURCES,
    *map(_python, ("tornado", "paramiko", "babel")),
    *(_typescript("effect"), _typescript("ethers", "package/src.ts"), _typescript("immer")),
    *map(_go, ("github.com/sirupsen/logrus", "github.com/gorilla/mux")),
    _go("github.com/prometheus/client_golang"),
    *map(_rust, ("serde_json-1.0.87", "syn-1.0.107", "crossbeam-channel-0.5.6")),
    *map(_java, ("java.xml", "jdk.internal.le", "java.sql.rowset")),
    *(_python("attrs", "attr"), _python("sqlalchemy"), _python("pygments")),
    *map(_typescript, ("msw", "@tanstack/router-core", "prosemirror-view")),
    *map(_go, ("github.com/BurntSushi/toml", "github.com/stretchr/testify", "github.com/yuin/goldmark")),
    *map(_rust, ("nom-7.1.1", "itertools-0.10.3", "chrono-0.4.23")),
    *map(_java, ("jdk.jpackage", "java.sql", "jdk.dynalink")),
    *map(_rust, ("num-bigint-0.4.3", "csv-1.1.6")),
)
"""What went wrong in these was looked at, and anchoring mended by it."""

HELD_OUT = (
    *map(_python, ("celery", "alembic", "pydantic")),
    *map(_typescript, ("@tiptap/core", "@noble/curves", "@effect/platform")),
    *map(_go, ("github.com/miekg/dns", "github.com/rs/zerolog", "github.com/klauspost/compress")),
    *map(_rust, ("hashbrown-0.12.3", "mio-0.8.4", "petgraph-0.6.2")),
    *map(_java, ("java.naming", "jdk.jfr", "jdk.jartool")),
)


def sources(
    languages: tuple[str, ...], cache: Path, held_out: bool, rng: random.Random
) -> list[tuple[str, str, list[str]]]:
    """(language, name, lines) of files of real projects; what cannot be downloaded is said and left out."""
    found: list[tuple[str, str, list[str]]] = []
    for project in projects(languages, cache, HELD_OUT if held_out else LOOKED_AT):
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
