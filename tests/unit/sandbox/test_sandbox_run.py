"""What goes into a job, what comes out, and what is refused."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.sandbox import run as run_module
from kibitz.sandbox.job import check
from kibitz.sandbox.layout import resolve
from kibitz.sandbox.python import interpreter_folders, python_job
from kibitz.sandbox.run import Job, Limits, Sandbox


async def test_input_output_and_exit_code(run_python):
    code = "import sys; print(sys.stdin.read()[::-1]); print('é', file=sys.stderr); sys.exit(7)"
    outcome = await run_python(code, stdin="añb")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr, outcome.limits) == (7, "bña\n", "é\n", ())


async def test_more_input_than_a_pipe_holds(run_python):
    outcome = await run_python("import sys; print(len(sys.stdin.read()))", stdin="x" * 1_000_000)
    assert outcome.stdout == "1000000\n"


async def test_input_that_is_not_read(run_python):
    outcome = await run_python("print('done')", stdin="x" * 1_000_000)
    assert (outcome.exit_code, outcome.stdout) == (0, "done\n")


async def test_a_signal_is_told_as_a_shell_does(run_python):
    outcome = await run_python("import os; os.kill(os.getpid(), 11)")
    assert (outcome.exit_code, outcome.limits) == (139, ())


async def test_a_broken_pipe_ends_programs_as_usual(sandbox: Sandbox):
    outcome = await sandbox.run(Job(argv=("/bin/sh", "-c", "yes | head -n 1"), limits=Limits(timeout_s=20)))
    assert (outcome.stdout, outcome.stderr, outcome.exit_code) == ("y\n", "", 0)


async def test_files_go_in_and_come_back(run_python):
    outcome = await run_python(
        "import shutil; shutil.copy('a/in.bin', 'out.bin'); print(open('naïve.txt', encoding='utf-8').read())",
        files={"a/in.bin": b"\x00\xff", "naïve.txt": "ü"},
        collect=["out.bin", "missing", "a"],
    )
    assert (outcome.stdout, outcome.stderr) == ("ü\n", "")
    assert outcome.files == {"out.bin": b"\x00\xff"}


async def test_links_and_pipes_are_not_read_back(run_python, tmp_path):
    (tmp_path / "secret").write_text("secret")
    code = "import os, sys; os.symlink(sys.argv[1], 'link'); os.mkfifo('pipe'); os.symlink(sys.argv[2], 'up'); os.symlink('loop', 'loop')"
    outcome = await run_python(
        code, str(tmp_path / "secret"), str(tmp_path), collect=["link", "pipe", "up/secret", "loop"]
    )
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.files == {}


async def test_a_file_that_is_too_large_is_not_read_back(run_python):
    outcome = await run_python(
        "open('f', 'w').write('x' * 2000)", collect=["f"], limits=Limits(timeout_s=30, output_bytes=1000)
    )
    assert (outcome.files, outcome.limits) == ({}, ("output",))


async def test_jobs_run_at_the_same_time_and_apart(run_python):
    code = "import os, sys; open('mine', 'w').write(sys.argv[1]); print(os.listdir('.'), open('mine').read())"
    outcomes = await asyncio.gather(*(run_python(code, str(number)) for number in range(4)))
    assert [outcome.stdout for outcome in outcomes] == [f"['mine'] {number}\n" for number in range(4)]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "..", "", "a/..", "a\\b", "a\0b"])
@pytest.mark.parametrize("where", ["files", "collect"])
def test_names_outside_the_scratch_folder_are_refused(name: str, where: str):
    job = (
        Job(argv=("/bin/true",), files={name: ""})
        if where == "files"
        else Job(argv=("/bin/true",), collect=(name,))
    )
    with pytest.raises(KibitzError) as caught:
        check(job)
    assert caught.value.kind == "invalid"


@given(st.lists(st.sampled_from(["..", ".", "a", "b c", "ü", ""]), max_size=6).map("/".join))
def test_every_accepted_name_stays_inside(name: str):
    try:
        check(Job(argv=("/bin/true",), files={name: ""}))
    except KibitzError:
        return
    folder = Path("/nowhere/scratch")
    inside = Path(folder, name).absolute()
    assert inside.is_relative_to(folder)
    assert inside != folder
    assert ".." not in inside.parts


@pytest.mark.parametrize(
    "job",
    [
        Job(argv=()),
        Job(argv=("true",)),
        Job(argv=("/bin/true", "a\0b")),
        Job(argv=("/bin/true", "\ud800")),
        Job(argv=("/bin/true",), env={"A=B": "c"}),
        Job(argv=("/bin/true",), env={"A": "b\0LD_PRELOAD=x"}),
        Job(argv=("/bin/true",), limits=Limits(timeout_s=0)),
        Job(argv=("/bin/true",), limits=Limits(cpu_s=0)),
    ],
)
def test_what_no_system_accepts_is_refused(job: Job):
    with pytest.raises(KibitzError) as caught:
        check(job)
    assert caught.value.kind == "invalid"


async def test_two_files_of_one_name_are_refused(sandbox: Sandbox):
    with pytest.raises(KibitzError) as caught:
        await sandbox.run(Job(argv=("/bin/true",), files={"a": "", "a/b": ""}))
    assert caught.value.kind == "invalid"


async def test_what_does_not_exist_is_said(sandbox: Sandbox, tmp_path: Path):
    (tmp_path / "text").write_text("#!/bin/sh\n")
    for job in (
        Job(argv=(str(tmp_path / "none"),)),
        Job(argv=(str(tmp_path / "text"),)),
        Job(argv=("/bin/true",), readable=(tmp_path / "none",)),
    ):
        with pytest.raises(KibitzError) as caught:
            await sandbox.run(job)
        assert caught.value.kind == "not_found"


async def test_a_program_that_cannot_start_is_not_an_outcome(sandbox: Sandbox, tmp_path: Path):
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    with pytest.raises(KibitzError) as caught:
        await sandbox.run(Job(argv=(str(broken),)))
    assert caught.value.kind == "unsupported"


async def test_without_any_means_nothing_is_run(tmp_path: Path):
    box = Sandbox(means="bubblewrap", search_path=str(tmp_path))
    test = await box.self_test()
    assert (test.means, test.detail) == (None, "bubblewrap is not installed.")
    with pytest.raises(KibitzError) as caught:
        await box.run(Job(argv=("/bin/true",)))
    assert caught.value.kind == "unsupported"


async def test_without_bubblewrap_landlock_is_tried(tmp_path: Path):
    test = await Sandbox(search_path=str(tmp_path)).self_test()
    assert [finding.means for finding in test.findings] == ["bubblewrap", "landlock"]
    assert test.means == ("landlock" if test.findings[1].works else None)


@pytest.mark.skipif(sys.platform != "linux", reason="tries a means, and there is none")
async def test_a_means_that_does_not_hold_is_not_believed(tmp_path: Path):
    fake = tmp_path / "bwrap"
    fake.write_text(
        "#!/bin/sh\n"
        'while [ "$1" != -- ]; do [ "$1" = --json-status-fd ] && status=$2; shift; done; shift\n'
        '"$@"; code=$?; echo "{ \\"exit-code\\": $code }" >/proc/self/fd/$status; exit $code\n'
    )
    fake.chmod(0o755)
    test = await Sandbox(means="bubblewrap", search_path=str(tmp_path)).self_test()
    assert test.means is None
    assert "the network can be reached" in test.detail or "the project" in test.detail


@pytest.mark.skipif(sys.platform != "linux", reason="tries a means, and there is none")
async def test_a_means_that_fails_says_why(tmp_path: Path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    test = await Sandbox(means="bubblewrap", search_path=str(tmp_path)).self_test()
    assert test.means is None
    assert "No permissions to create new namespace" in test.detail


async def test_other_systems_are_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run_module, "sys", SimpleNamespace(platform="darwin", executable=sys.executable))
    test = await Sandbox().self_test()
    assert test.means is None
    assert "Linux only" in test.detail


async def test_the_self_test_runs_once(monkeypatch: pytest.MonkeyPatch):
    box = Sandbox()
    first = await box.self_test()
    monkeypatch.setattr(run_module, "try_means", None)
    assert await box.self_test() is first


async def test_python_imports_from_where_it_is_told_only(sandbox: Sandbox, tmp_path: Path):
    (tmp_path / "package.py").write_text("value = 5\n")
    files = {"package.py": "value = 6\n", "main.py": "import package, sys; print(package.value)\n"}
    for order, expected in (([tmp_path, "."], "5\n"), ([".", tmp_path], "6\n")):
        job = python_job(
            Path(sys.executable), ["main.py"], files=files, readable=[tmp_path], import_from=order
        )
        assert (await sandbox.run(job)).stdout == expected
    alone = await sandbox.run(python_job(Path(sys.executable), ["main.py"], files=files, import_from=[]))
    assert "ModuleNotFoundError" in alone.stderr


async def test_pytest_runs_in_it(sandbox: Sandbox):
    files = {
        "subject.py": "def double(x): return 2 * x\n",
        "test_subject.py": "from subject import double\n\ndef test_it(tmp_path): assert double(2) == 4\n\ndef test_not(): assert double(1) == 3\n",
    }
    packages = Path(pytest.__file__).parents[1]  # also where they are not the interpreter's own
    job = python_job(
        Path(sys.executable),
        ["-m", "pytest", "-q", "-p", "no:cacheprovider"],
        files=files,
        readable=[packages],
        import_from=[".", packages],
    )
    outcome = await sandbox.run(job)
    assert outcome.exit_code == 1, outcome.stderr
    assert "1 failed, 1 passed" in outcome.stdout


async def test_another_interpreter_through_links(sandbox: Sandbox, tmp_path: Path):
    """A virtual environment whose interpreter is a link to a link, as installers make them."""
    real = Path(sys.executable).resolve()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / real.name).symlink_to(real)
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(tmp_path / "bin" / real.name)
    (venv / "pyvenv.cfg").write_text(f"home = {real.parent}\ninclude-system-site-packages = false\n")
    packages = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "only_here.py").write_text("value = 'found'\n")
    job = python_job(venv / "bin" / "python", ["-c", "import json, only_here; print(only_here.value)"])
    outcome = await sandbox.run(job)
    assert (outcome.stdout, outcome.stderr) == ("found\n", "")


def test_an_environment_of_a_project_shows_nothing_but_python(tmp_path: Path):
    real = Path(sys.executable).resolve()
    (tmp_path / "secrets" / "bin").mkdir(parents=True)
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(real)
    (venv / "pyvenv.cfg").write_text(f"home = {tmp_path}/secrets/bin\n")
    with pytest.raises(KibitzError) as caught:
        interpreter_folders(venv / "bin" / "python")
    assert caught.value.kind == "invalid"
    (venv / "bin" / "python3").write_text("#!/bin/sh\n")
    with pytest.raises(KibitzError) as caught:
        interpreter_folders(venv / "bin" / "python3")
    assert caught.value.kind == "invalid"


def test_a_layout_has_real_folders_and_the_links_to_them(tmp_path: Path):
    base = tmp_path.resolve()
    (base / "a" / "b").mkdir(parents=True)
    (base / "link").symlink_to("a")
    (base / "loop").symlink_to("loop")
    layout = resolve([f"{base}/link/b", f"{base}/a"], "")
    mine = [folder for folder in layout.folders if folder.startswith(str(base))]
    assert mine == [f"{base}/a"]
    assert layout.links[f"{base}/link"] == "a"
    with pytest.raises(KibitzError):
        resolve([f"{base}/loop/x"], "")
    for name in ("/", str(base), str(base.parent)):
        with pytest.raises(KibitzError):
            resolve([name], str(base))
    assert f"{base}/a" in resolve([f"{base}/a"], str(base)).folders
