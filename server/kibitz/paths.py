"""Where things are: the user's folders, a file's project, URIs."""

from __future__ import annotations

import os.path
from pathlib import Path
from urllib.parse import unquote, urlsplit

from attrs import frozen

MARKERS = (
    ".git",
    ".hg",
    ".svn",
    ".jj",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "package.json",
    "tsconfig.json",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "composer.json",
    "CMakeLists.txt",
    ".kibitz.toml",
)
"""A folder that holds one of these is a project's root."""


@frozen
class Places:
    """The user's files, as CONTRACT names them."""

    config: Path
    database: Path
    index: Path
    log: Path


def places(home: str | None) -> Places:
    """The one folder `home` for everything where it is given, else the platform's folders."""
    if home:
        folder = Path(home).expanduser().absolute()
        return Places(folder / "config.toml", folder / "kibitz.db", folder / "index", folder / "kibitz.log")
    import platformdirs  # costs 10 ms, and only the first need of it should pay

    return Places(
        platformdirs.user_config_path("kibitz") / "config.toml",
        platformdirs.user_data_path("kibitz", appauthor=False) / "kibitz.db",
        platformdirs.user_cache_path("kibitz", appauthor=False) / "index",
        platformdirs.user_log_path("kibitz", appauthor=False) / "kibitz.log",
    )


def project_root(path: Path) -> Path:
    """The nearest folder above a file (or of a folder itself) with a version-control or project file, else its own."""
    start = path if path.is_dir() else path.parent
    start = start.absolute()
    for folder in (start, *start.parents):
        if any((folder / marker).exists() for marker in MARKERS):
            return folder
    return start


def to_uri(path: Path) -> str:
    """The `file:` URI of a path."""
    return path.absolute().as_uri()


def from_uri(uri: str) -> Path | None:
    """The path of a `file:` URI; None for any other scheme or a broken one."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    path = unquote(parts.path)
    if "\0" in path:
        return None
    if len(path) > 2 and path[0] == "/" and path[2] == ":":  # file:///C:/x
        path = path[1:]
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{parts.netloc}{path}"
    return Path(path) if path else None


def shown(path: Path, root: Path | None) -> str:
    """A path as people and models see it: relative to the project, with forward slashes, where it lies inside."""
    if root is not None:
        try:
            return path.absolute().relative_to(root.absolute()).as_posix()
        except ValueError:
            pass
    return path.as_posix()


def inside(path: Path, root: Path) -> bool:
    """Whether a path, links resolved, lies in a folder, links resolved."""
    real, base = os.path.realpath(path), os.path.realpath(root)
    return (
        os.path.commonpath([real, base]) == base
        if os.path.splitdrive(real)[0] == os.path.splitdrive(base)[0]
        else False
    )
