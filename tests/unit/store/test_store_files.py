"""Where the database is, and who may read it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.store import files
from kibitz.store.database import Store

posix = pytest.mark.skipif(os.name != "posix", reason="permissions and locks of POSIX")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////var/lib/kibitz.db", "/var/lib/kibitz.db"),
        ("sqlite:///var/lib/kibitz.db", "/var/lib/kibitz.db"),
        ("sqlite:///home/a%20b/kibitz.db?timeout=3", "/home/a b/kibitz.db"),
        ("/home/100%25/kibitz.db", "/home/100%25/kibitz.db"),
    ],
)
@posix
def test_a_url_or_a_path_names_a_file(url: str, path: str) -> None:
    assert files.locate(url) == Path(path)


def test_a_relative_path_is_made_absolute() -> None:
    assert files.locate("kibitz.db") == Path.cwd() / "kibitz.db"


@pytest.mark.parametrize("url", [":memory:", "sqlite://", "sqlite:///:memory:"])
def test_memory(url: str) -> None:
    assert files.locate(url) is None


@pytest.mark.parametrize("url", ["postgresql://me:hunter2@db/kibitz", "postgresql+asyncpg://me:hunter2@db/k"])
async def test_another_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(KibitzError) as refused:
        await Store.open(url, notify=print)
    assert refused.value.kind == "unsupported"
    assert "postgresql" in refused.value.message
    assert refused.value.hint
    assert "hunter2" not in str(refused.value.to_json())


@pytest.mark.parametrize("url", ["", "  ", "a\0b"])
async def test_what_names_no_file_is_invalid(url: str) -> None:
    with pytest.raises(KibitzError) as refused:
        await Store.open(url, notify=print)
    assert refused.value.kind == "invalid"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
async def test_only_the_owner_may_read_the_files_from_the_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*_: object) -> None:
        raise AssertionError("made with permissions that had to be taken back")

    monkeypatch.setattr(Path, "chmod", too_late)
    path = tmp_path / "new" / "deep" / "kibitz.db"
    before = os.umask(0)
    try:
        store = await Store.open(str(path), notify=print)
        await store.conversations.create(None, "first")
    finally:
        os.umask(before)
    try:
        sides = {name.name: mode(name) for name in path.parent.iterdir()}
        assert sides == {"kibitz.db": 0o600, "kibitz.db-wal": 0o600, "kibitz.db-shm": 0o600}
        assert mode(path.parent) == 0o700
    finally:
        await store.close()


@posix
async def test_an_open_file_is_closed_to_others_and_a_folder_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    path = folder / "kibitz.db"
    path.touch()
    path.chmod(0o644)
    store = await Store.open(str(path), notify=print)
    await store.close()
    assert mode(path) == 0o600
    assert mode(folder) == 0o755


def test_importing_the_room_imports_no_sqlite() -> None:
    code = "import sys, kibitz.store; print({'sqlite3', '_sqlite3', 'aiosqlite'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_file_that_was_replaced_is_not_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "kibitz.db"
    path.write_bytes(b"damaged")
    seen = files.identity(path)
    other = tmp_path / "other"
    other.write_bytes(b"sound")
    other.replace(path)
    assert files.set_aside(path, seen) is None
    assert path.read_bytes() == b"sound"
