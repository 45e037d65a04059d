"""What every command has: help, one JSON document, exit codes, a sentence for each mistake, and never a traceback."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from support.cli import KIBITZ, here, kibitz
from support.editor import Editor
from support.samples import BUGGY

COMMANDS = [
    "serve", "tour", "complete", "explain", "find-bugs", "refactor", "generate-tests", "chat", "history", "history list", "history show",
    "history search", "history export", "history delete", "usage", "egress", "models", "models list", "models use", "index", "context", "doctor",
]  # fmt: skip
TAKES_JSON = [c for c in COMMANDS if c not in ("serve", "history")]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.py"
    path.write_text(BUGGY, "utf-8")
    return path


def test_the_help_lists_every_command() -> None:
    ran = kibitz("--help")
    assert ran.code == 0
    assert ran.err == ""
    for name in {c.split()[0] for c in COMMANDS}:
        assert f"\n  {name} " in ran.out
    assert kibitz().out == ran.out
    assert kibitz("-h").out == ran.out
    assert kibitz("--version").out.startswith("kibitz, version ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    ran = here(*name.split(), "--help")
    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.startswith(f"Usage: kibitz {name} ")
    assert ("--json" in ran.out) == (name in TAKES_JSON)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nonsense"], "nonsense"),
        (["explan"], "Did you mean 'explain'"),
        (["--colour"], "--colour"),
        (["serve", "--tcp"], "standard input and output only"),
        (["serve", "--tcp", "127.0.0.1:4000"], "standard input and output only"),
        (["serve", "--ws"], "standard input and output only"),
        (["serve", "--port", "4000"], "standard input and output only"),
        (["serve", "--socket=4000"], "standard input and output only"),
        (["complete"], "FILE:LINE:COL"),
        (["complete", "a.py:1:1", "b.py:1:1"], "b.py"),
        (["find-bugs"], "PATH"),
        (["find-bugs", "--format", "xml", "a.py"], "xml"),
        (["usage", "--by", "colour"], "colour"),
        (["usage", "--since", "yesterday"], "yesterday"),
        (["history"], "Usage"),
        (["history", "burn"], "burn"),
        (["history", "list", "--limit", "0"], "0"),
        (["context", "a.py:1:1", "--tokens", "3"], "64"),
        (["explain", "a.py", "--root", "/does/not/exist"], "/does/not/exist"),
    ],
)
def test_wrong_usage_is_2_and_a_sentence(arguments: list[str], word: str) -> None:
    ran = here(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert word in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["complete"],
        ["complete", "a.py", "b.py"],
        ["find-bugs", "--format", "xml", "a.py"],
        ["usage", "--by", "x"],
        ["history", "list", "--limit", "x"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_json_where_that_was_asked_for(arguments: list[str]) -> None:
    ran = here(*arguments, "--json")
    assert ran.code == 2
    assert ran.error["kind"] == "invalid"
    assert "--help" in ran.error["hint"]
    assert ran.err == ""


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["complete", "{shop}"], "invalid"),
        (["complete", "{shop}:1"], "invalid"),
        (["complete", "{shop}:0:1"], "invalid"),
        (["complete", "{shop}:1:0"], "invalid"),
        (["complete", "{shop}:999:1"], "invalid"),
        (["complete", "{shop}:1:999"], "invalid"),
        (["complete", "{shop}:1:" + "9" * 5000], "invalid"),
        (["complete", "{shop}:x:y"], "invalid"),
        (["complete", "{folder}:1:1"], "invalid"),
        (["complete", "nope.py:1:1"], "not_found"),
        (["explain", "nope.py"], "not_found"),
        (["explain", "{folder}"], "invalid"),
        (["explain", "{shop}:5-4"], "invalid"),
        (["explain", "{shop}:0"], "invalid"),
        (["explain", "{shop}:" + "9" * 5000], "invalid"),
        (["explain", ""], "invalid"),
        (["explain", "{binary}"], "invalid"),
        (["explain", "{empty}"], "invalid"),
        (["find-bugs", "nope.py"], "not_found"),
        (["find-bugs", "{binary}"], "invalid"),
        (["refactor", "{shop}"], "invalid"),
        (["refactor", "{shop}:99"], "invalid"),
        (["context", "{shop}"], "invalid"),
        (["generate-tests", "nope.py"], "not_found"),
        (["generate-tests", "{shop}::nobody"], "not_found"),
        (["chat", "  "], "invalid"),
        (["chat", "x", "--conversation", "nope"], "not_found"),
        (["chat", "x", "--file", "nope.py"], "not_found"),
        (["history", "show", "nope"], "not_found"),
        (["history", "delete", "nope"], "not_found"),
        (["history", "export", "nope"], "not_found"),
        (["history", "list", "--before", "nope"], "not_found"),
        (["complete", "{shop}:1:1", "--engine", "nobody"], "invalid"),
        (["models", "use", "nobody"], "invalid"),
        (["models", "use", ""], "invalid"),
    ],
)
def test_what_cannot_be_read_is_2_and_says_why(
    arguments: list[str], kind: str, shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "binary.py").write_bytes(b"\0\1\2" * 99)
    (tmp_path / "empty.py").touch()
    names = {
        "shop": shop,
        "folder": tmp_path,
        "binary": tmp_path / "binary.py",
        "empty": tmp_path / "empty.py",
    }
    filled = [a.format(**names) for a in arguments]
    ran = here(*filled, "--json")
    assert (ran.code, ran.error["kind"]) == (2, kind), ran
    assert ran.error["hint"]


def test_an_error_for_people_goes_to_standard_error(tmp_path: Path) -> None:
    ran = kibitz("explain", "nope.py", cwd=tmp_path)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err == "kibitz: There is no file nope.py. Check the path.\n"


def test_what_cannot_be_done_is_1(shop: Path) -> None:
    ran = kibitz("refactor", f"{shop}:7", "-m", "make it sing", "--json")
    assert (ran.code, ran.error["kind"]) == (1, "unsupported")


def test_a_key_that_is_missing_is_3(shop: Path) -> None:
    ran = kibitz("explain", shop, "--engine", "openai/gpt-4o", "--json")
    assert (ran.code, ran.error["kind"]) == (3, "auth")
    assert "OPENAI_API_KEY" in ran.error["hint"]


def test_wrong_settings_are_said_and_not_fatal(shop: Path, kibitz_home: Path) -> None:
    kibitz_home.mkdir()
    (kibitz_home / "config.toml").write_text("[budget]\nper_day_usd = -4\n", "utf-8")
    ran = kibitz("explain", shop, "--json")
    assert ran.code == 0
    assert ran.json["engine"] == "offline"
    assert "budget.per_day_usd" in ran.err


@pytest.mark.parametrize(
    "name",
    [
        "a b.py",
        "a:3:4.py",
        "a.py:7:1.py",
        "-x.py",
        "ü😀.py",
        "a\nb.py",
        "[x].py",
        "%41.py",
        "a'b\"c.py",
        "~.py",
        "sub/../a.py",
    ],
)
def test_files_of_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    path = tmp_path / name
    path.write_text("value = compute(items)\n" * 2 + "value = comp\n", "utf-8")
    place = kibitz("complete", "--json", "--", f"{name}:3:13", cwd=tmp_path)
    assert [i["insertText"] for i in place.json["items"]] == ["ute(items)"]
    lines = kibitz("explain", "--json", "--", f"{name}:1-2", cwd=tmp_path)
    assert "compute" in lines.json["markdown"]
    found = kibitz("find-bugs", "--json", "--", name, cwd=tmp_path)
    assert all(f["uri"] == (tmp_path / name).absolute().as_uri() for f in found.json["findings"])


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.py"
    Path(os.fsdecode(path)).write_text("import os\n", "utf-8")
    done = subprocess.run(
        [*map(os.fsencode, KIBITZ), b"find-bugs", path, b"--json"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"][0]["uri"].endswith("/caf%E9.py")


@pytest.mark.parametrize(
    "arguments",
    [["find-bugs", "{many}"], ["find-bugs", "{many}", "--json"], ["--help"], ["explain", "{many}"]],
)
@pytest.mark.parametrize("reads", [1, 0])
def test_a_reader_that_goes_away_early(arguments: list[str], reads: int, tmp_path: Path) -> None:
    many = tmp_path / "many.py"
    many.write_text("import os\n" * 2000, "utf-8")
    with subprocess.Popen(
        [*KIBITZ, *(a.format(many=many) for a in arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if reads:
            assert process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        assert process.wait(30) in (0, 1)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert "BrokenPipe" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_output_that_is_full(options: list[str], shop: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*KIBITZ, "explain", str(shop), *options], stdout=full, stderr=subprocess.PIPE, check=False
        )
    err = done.stderr.decode()
    assert done.returncode == 1
    assert "Traceback" not in err
    assert "space" in err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(closed: str, shop: Path) -> None:
    line = " ".join(f"'{part}'" for part in [*KIBITZ, "explain", str(shop)])
    done = subprocess.run(["sh", "-c", f"{line} {closed}"], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr + done.stdout
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [["chat"], ["chat", "--json"]])
def test_a_person_who_interrupts_is_obeyed_at_once(arguments: list[str]) -> None:
    mine, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [*KIBITZ, *arguments], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        if arguments == ["chat"]:
            assert b"Ask away" in process.stderr.readline()
        else:
            while not (
                Path(f"/proc/{process.pid}/task").exists()
                and len(list(Path(f"/proc/{process.pid}/task").iterdir())) > 1
            ):
                assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "Traceback" not in err.decode()
        assert "Fatal" not in err.decode()
    finally:
        os.close(mine)
        os.close(theirs)


async def test_the_bare_option_serves_too() -> None:
    async with Editor(server=[*KIBITZ, "--stdio"]) as editor:
        assert (await editor.initialize())["serverInfo"]["name"] == "kibitz"
        assert await editor.leave() == 0


def test_an_unexpected_error_is_one_line_and_the_log(shop: Path, kibitz_home: Path, tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text(
        "from kibitz.features import explain\n"
        "async def broken(*given): raise ZeroDivisionError('a secret value')\n"
        "explain.explain = broken\n"
        "from kibitz.cli.main import main\nmain()\n",
        "utf-8",
    )
    for options in ([], ["--json"]):
        done = subprocess.run(
            [KIBITZ[0], "-P", str(script), "explain", str(shop), *options],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        said = done.stdout if options else done.stderr
        assert "kibitz.log" in said
        assert "ZeroDivisionError" in said
        assert len(said.strip().split("\n")) == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert "secret" not in done.stdout + done.stderr
    lines = [json.loads(line) for line in (kibitz_home / "kibitz.log").read_text("utf-8").splitlines()]
    assert [line["error"][0]["type"] for line in lines] == ["builtins.ZeroDivisionError"] * 2
    assert "secret" not in str(lines)
    assert lines[1]["request"] in said, "it says where to look"
