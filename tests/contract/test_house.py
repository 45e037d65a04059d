"""The house: which floor may import which, and what stays behind which wall."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import kibitz

PACKAGE = Path(kibitz.__file__).parent
FLOORS = (
    {"cli", "lsp"},
    {"features"},
    {"agent"},
    {"verify", "context", "models"},
    {"index", "sandbox"},
    {"syntax", "store", "workers"},
    {"settings", "text", "errors", "paths", "log"},
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
PEERS_ALLOWED = {
    ("settings", "paths"),
    ("text", "errors"),
    ("settings", "errors"),
    ("settings", "text"),
    ("paths", "errors"),
}
WALLS = {
    "pygls": ("lsp/",),
    "lsprotocol": ("lsp/",),
    "litellm": ("models/litellm_worker.py",),
    "aiohttp": ("models/direct.py",),
    "tree_sitter": ("syntax/",),
    "aiosqlite": ("store/",),
    "sqlite3": ("store/",),
    "jedi": ("models/offline/python_",),
    "rope": ("models/offline/python_",),
    "ast_grep_py": ("models/offline/rules_",),
    "subprocess": ("sandbox/", "workers/"),
}
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "sample" not in p.parts)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@cache
def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    for name in imported(parsed(path)):
        parts = name.split(".")
        if parts[0] != "kibitz" or len(parts) < 2 or parts[1] not in LEVEL or parts[1] == room:
            continue
        if path.name == "serve.py" and room == "cli" and parts[1] == "lsp":
            continue  # the command that starts the other door
        allowed = LEVEL[parts[1]] > LEVEL[room] or (room, parts[1]) in PEERS_ALLOWED
        assert allowed, f"{name_of(path)} may not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_walls_hold(path: Path) -> None:
    where = name_of(path)
    for name in imported(parsed(path)):
        for library, rooms in WALLS.items():
            grammar = library == "tree_sitter" and name.startswith("tree_sitter_")
            if grammar or name.split(".")[0] == library:
                assert where.startswith(rooms), f"{where} may not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    where = name_of(path)
    if where in ("settings/sources.py", "models/litellm_worker.py") or where.startswith("sandbox/"):
        return  # the worker only sets what LiteLLM reads at import; the sandbox's launcher runs inside a clean environment
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in ("environ", "getenv", "environb"), f"{where} reads the environment"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_processes_start_in_two_rooms(path: Path) -> None:
    where = name_of(path)
    if where.startswith(("sandbox/", "workers/")):
        return
    forbidden = {
        "create_subprocess_exec",
        "create_subprocess_shell",
        "system",
        "popen",
        "execv",
        "execve",
        "fork",
        "spawnv",
        "posix_spawn",
    }
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("os", "asyncio")
        ):
            assert node.attr not in forbidden, f"{where} starts a process"


@pytest.mark.parametrize("path", [*MODULES, *Path(__file__).parents[1].rglob("*.py")], ids=lambda p: p.name)
def test_modules_stay_small(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= 400, f"{path.name} has {lines} lines: give each reason to change a module of its own"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_public_functions_say_what_they_promise(path: Path) -> None:
    tree = parsed(path)
    assert isinstance(tree, ast.Module)
    assert not tree.body or ast.get_docstring(tree), f"{name_of(path)} has no docstring"
    for node in tree.body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name_of(path)}: {node.name} has no docstring"


def test_sql_stays_in_the_store() -> None:
    import re

    sql = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|CREATE TABLE|DELETE FROM|UPDATE \w+ SET)\b")
    for path in MODULES:
        if room_of(path) == "store":
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not sql.search(node.value), f"{name_of(path)} has SQL"
