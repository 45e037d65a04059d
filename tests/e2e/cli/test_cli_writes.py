"""What commands change on disk when asked to: exactly that, in the file's own way, or nothing at all."""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.cli import here, kibitz

OLD = "import os\n\n\ndef area(width, height):\n    size = width * height\n    print(size)\n    return size\n"
NEW = OLD.replace("size", "surface")
RENAME = ("-m", "rename size to surface", "--write")


def renamed(path: Path) -> None:
    ran = here("refactor", f"{path}:5", *RENAME)
    assert ran.code == 0, ran.err
    assert "+    surface = width * height" in ran.out


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_and_line_ends_stay(tmp_path: Path, end: str, encoding: str) -> None:
    path = tmp_path / "shape.py"
    path.write_bytes(OLD.replace("\n", end).encode(encoding))
    before = path.read_bytes()
    renamed(path)
    assert path.read_bytes() == NEW.replace("\n", end).encode(encoding)
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16):
        assert path.read_bytes().startswith(mark) == before.startswith(mark)


def test_a_file_without_a_last_line_end_keeps_it_so(tmp_path: Path) -> None:
    path = tmp_path / "shape.py"
    path.write_bytes(OLD.rstrip("\n").encode())
    renamed(path)
    assert path.read_bytes() == NEW.rstrip("\n").encode()


@pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "shape.py"
    path.write_text(OLD, "utf-8")
    path.chmod(mode)
    renamed(path)
    assert path.stat().st_mode & 0o7777 == mode
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".kibitz-")] == []


@pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "shape.py"
    real.write_text(OLD, "utf-8")
    link = tmp_path / "shape.py"
    link.symlink_to(real)
    renamed(link)
    assert link.is_symlink()
    assert real.read_text("utf-8") == NEW


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shape.py"
    path.write_text(OLD, "utf-8")
    script = tmp_path / "meddle.py"
    script.write_text(
        "import sys, pathlib\n"
        "from kibitz.cli import refactor\n"
        "write = refactor.write_edit\n"
        "def meddled(edit):\n"
        f"    pathlib.Path({str(path)!r}).write_text('# somebody else was here\\n')\n"
        "    write(edit)\n"
        "refactor.write_edit = meddled\n"
        "from kibitz.cli.main import main\nmain()\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-P", str(script), "refactor", f"{path}:5", *RENAME, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "changed" in done.stdout
    assert "Traceback" not in done.stderr
    assert path.read_text("utf-8") == "# somebody else was here\n"
    assert list(tmp_path.glob(".kibitz-*")) == []


def test_a_change_over_several_files_is_written_whole(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "lib.py").write_text("def old_name():\n    return 1\n", "utf-8")
    (tmp_path / "use.py").write_text("from lib import old_name\n\nprint(old_name())\n", "utf-8")
    ran = kibitz(
        "refactor", "lib.py:1", "-m", "rename old_name to new_name", "--write", "--json", cwd=tmp_path
    )
    assert ran.code == 0, ran
    assert ran.json["written"] is True
    assert len(ran.json["edit"]["documentChanges"]) == 2
    assert (tmp_path / "lib.py").read_text("utf-8") == "def new_name():\n    return 1\n"
    assert (tmp_path / "use.py").read_text("utf-8") == "from lib import new_name\n\nprint(new_name())\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "shape.py"
    path.write_text(OLD, "utf-8")
    folder.chmod(0o500)
    ran = kibitz("refactor", f"{path}:5", *RENAME, "--json")
    folder.chmod(0o700)
    assert (ran.code, ran.error["kind"]) == (2, "invalid")
    assert path.read_text("utf-8") == OLD


CONFIGS = {
    "empty": "",
    "top": '# mine\nmodel = "old/one"\napi_base = "http://localhost:1/v1"  # at home\n',
    "comment after": "model = 'old/one'   # a # comment\n\n[budget]\nper_day_usd = 1.5\n",
    "only tables": '[completion]\nmodel = "keep/me"\nmax_lines = 3\n',
    "indented tables": '  [completion]\n  model = "keep/me"\n',
    "no line end": 'api_base = "x"',
    "crlf": 'api_base = "x"\r\nmodel = "old/one"\r\n[budget]\r\nper_day_usd = 2\r\n',
    "quoted key": '"model" = "old/one"\n',
    "in a string": 'api_base = """\nmodel = "not this"\n"""\nmodel = "old/one"\n',
    "escapes": 'model = "old/\\"one\\""\nfallbacks = [\n  "a/b",\n]\n',
    "array over lines": 'fallbacks = [\n  "model = 1",\n]\n',
}


@pytest.mark.parametrize("name", CONFIGS)
def test_choosing_a_model_changes_nothing_else(name: str, kibitz_home: Path) -> None:
    kibitz_home.mkdir()
    path = kibitz_home / "config.toml"
    path.write_bytes(CONFIGS[name].encode())
    ran = here("models", "use", "openai/gpt-4o", "--json")
    assert ran.code == 0, ran
    assert ran.json["model"] == "openai/gpt-4o"
    after = path.read_bytes().decode()
    assert tomllib.loads(after) == {**tomllib.loads(CONFIGS[name]), "model": "openai/gpt-4o"}
    untouched = [line for line in CONFIGS[name].splitlines(keepends=True) if "old/" not in line]
    assert "".join(line for line in after.splitlines(keepends=True) if "gpt-4o" not in line) == "".join(
        untouched
    )
    if name == "comment after":
        assert "   # a # comment\n" in after
    assert here("models", "use", "offline").code == 0
    assert tomllib.loads(path.read_text("utf-8"))["model"] == "offline"
    assert [p.name for p in kibitz_home.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("content", [b"model = = 1\n", b"\xff\xfe", None])
def test_a_config_that_cannot_be_changed_stays(content: bytes | None, kibitz_home: Path) -> None:
    kibitz_home.mkdir()
    path = kibitz_home / "config.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    ran = here("models", "use", "openai/gpt-4o", "--json")
    assert (ran.code, ran.error["kind"]) == (2, "invalid")
    assert "config.toml" in ran.error["message"]
    assert content is None or path.read_bytes() == content


def test_a_config_that_is_a_link_stays_one(tmp_path: Path, kibitz_home: Path) -> None:
    kibitz_home.mkdir()
    (tmp_path / "dotfiles.toml").write_text('model = "old/one"\n', "utf-8")
    (kibitz_home / "config.toml").symlink_to(tmp_path / "dotfiles.toml")
    assert here("models", "use", "openai/gpt-4o").code == 0
    assert (kibitz_home / "config.toml").is_symlink()
    assert (tmp_path / "dotfiles.toml").read_text("utf-8") == 'model = "openai/gpt-4o"\n'


def test_a_bare_name_needs_a_server_of_ones_own() -> None:
    assert kibitz("models", "use", "qwen").code == 2
    assert kibitz("models", "use", "qwen", env={"KIBITZ_API_BASE": "http://localhost:1/v1"}).code == 0


def test_commands_write_nothing_into_a_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "shape.py").write_text(OLD, "utf-8")
    for arguments in (
        ["explain", "shape.py"],
        ["find-bugs", "."],
        ["complete", "shape.py:5:5"],
        ["context", "shape.py:5:5"],
        ["index"],
        ["chat", "hello", "--file", "shape.py"],
        ["refactor", "shape.py:5", "-m", "rename size to surface"],
    ):
        kibitz(*arguments, cwd=project)
    assert [p.name for p in project.rglob("*")] == ["shape.py"]
