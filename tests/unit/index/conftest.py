"""A small project and its index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kibitz.index.project import Project
from support.index import FILES, lay


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay(tmp_path / "project", FILES)
    return tmp_path / "project"


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Iterator[Project]:
    opened = Project(root, (), tmp_path / "index")
    yield opened
    opened.close()
