"""Real projects to measure on, downloaded when they are needed and kept in a folder.

Python from PyPI, TypeScript from npm, Go, Rust and Java from Debian: `pip download`, `npm pack`, `apt-get download`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple


class Source(NamedTuple):
    """A project: where it comes from, and the folder inside of what was unpacked."""

    language: str
    name: str
    package: str
    inside: str
    held_out: bool = False


class Project(NamedTuple):
    """A project on disk."""

    language: str
    name: str
    root: Path
    held_out: bool


_GO, _RUST = "usr/share/gocode/src", "usr/share/cargo/registry"
SOURCES = (
    Source("python", "rich", "rich", "rich"),
    Source("python", "werkzeug", "werkzeug", "werkzeug"),
    Source("python", "scrapy", "scrapy", "scrapy"),
    Source("python", "httpx", "httpx", "httpx", held_out=True),
    Source("python", "jinja2", "jinja2", "jinja2", held_out=True),
    Source("python", "aiohttp", "aiohttp", "aiohttp", held_out=True),
    Source("python", "pip", "pip", "pip/_internal", held_out=True),
    Source("typescript", "query-core", "@tanstack/query-core", "package/src"),
    Source("typescript", "rxjs", "rxjs@7", "package/src"),
    Source("typescript", "toolkit", "@reduxjs/toolkit", "package/src"),
    Source("typescript", "mobx", "mobx", "package/src", held_out=True),
    Source("typescript", "zod", "zod", "package/src", held_out=True),
    Source("typescript", "form-core", "@tanstack/form-core", "package/src", held_out=True),
    Source("go", "cobra", "golang-github-spf13-cobra-dev", f"{_GO}/github.com/spf13/cobra"),
    Source("go", "gin", "golang-github-gin-gonic-gin-dev", f"{_GO}/github.com/gin-gonic/gin"),
    Source("go", "x-tools", "golang-golang-x-tools-dev", f"{_GO}/golang.org/x/tools/internal"),
    Source("go", "x-net", "golang-golang-x-net-dev", f"{_GO}/golang.org/x/net", held_out=True),
    Source("go", "x-tools-go", "golang-golang-x-tools-dev", f"{_GO}/golang.org/x/tools/go", held_out=True),
    Source("rust", "regex", "librust-regex-dev", f"{_RUST}/regex-1.7.1"),
    Source("rust", "hyper", "librust-hyper-dev", f"{_RUST}/hyper-0.14.19"),
    Source("rust", "clap", "librust-clap-3-dev", f"{_RUST}/clap-3.2.23"),
    Source("rust", "rayon", "librust-rayon-dev", f"{_RUST}/rayon-1.6.1", held_out=True),
    Source("rust", "tokio", "librust-tokio-dev", f"{_RUST}/tokio-1.24.2", held_out=True),
    Source("rust", "h2", "librust-h2-dev", f"{_RUST}/h2-0.3.13", held_out=True),
    Source("rust", "rustls", "librust-rustls-dev", f"{_RUST}/rustls-0.20.8", held_out=True),
    Source("java", "jshell", "openjdk-17-source", "src/jdk.jshell"),
    Source("java", "jdeps", "openjdk-17-source", "src/jdk.jdeps"),
    Source("java", "java.net.http", "openjdk-17-source", "src/java.net.http"),
    Source("java", "jdk.jlink", "openjdk-17-source", "src/jdk.jlink", held_out=True),
    Source("java", "jdk.javadoc", "openjdk-17-source", "src/jdk.javadoc", held_out=True),
    Source("java", "java.rmi", "openjdk-17-source", "src/java.rmi", held_out=True),
)
"""Those held out were not looked at while the methods were tuned."""

BIG = Source("java", "jdk.compiler", "openjdk-17-source", "src/jdk.compiler")
"""About 200,000 lines, to measure times on."""


def projects(
    languages: tuple[str, ...], cache: Path, sources: Sequence[Source] = SOURCES
) -> Iterator[Project]:
    """The projects of some languages; what cannot be downloaded is said and left out."""
    for source in sources:
        if source.language in languages:
            project = fetch(source, cache)
            if project is not None:
                yield project


def fetch(source: Source, cache: Path) -> Project | None:
    """One project on disk; None where it could not be downloaded or is not in what was."""
    folder = cache / source.package.replace("/", "_").lstrip("@")
    if not folder.exists():
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            _download(source, partial)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{source.package} could not be downloaded: {type(error).__name__}", file=sys.stderr)
            return None
        partial.rename(folder)
    root = folder / source.inside
    if not root.exists() and source.package.endswith("-dev"):  # another version in another Debian
        root = next(iter(sorted(root.parent.glob(root.name.rsplit("-", 1)[0] + "-*"))), root)
    if not root.exists() and source.inside.startswith("src/"):
        _unpack_modules(folder, source.inside)
    if not root.is_dir():
        print(f"{source.package} has no {source.inside}", file=sys.stderr)
        return None
    return Project(source.language, source.name, root, source.held_out)


def _download(source: Source, folder: Path) -> None:
    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    if source.language == "python":
        run(
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            source.package,
        )
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
    elif source.language == "typescript":
        run("npm", "pack", "--silent", source.package)
        for tarball in folder.glob("*.tgz"):
            with tarfile.open(tarball) as packed:
                packed.extractall(folder, filter="data")
    else:
        run("apt-get", "download", source.package)
        for package in folder.glob("*.deb"):
            run("dpkg-deb", "-x", package.name, ".")


def _unpack_modules(folder: Path, inside: str) -> None:
    """One module of the Java library's sources."""
    module = inside.removeprefix("src/") + "/"
    for path in folder.glob("usr/lib/jvm/*/lib/src.zip"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / "src", [n for n in archive.namelist() if n.startswith(module)])
