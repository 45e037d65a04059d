"""What a job can reach: nothing but what it was given."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.sandbox.run import Job, Sandbox

TRY = """
import os, socket, sys
try:
    {code}
except OSError as error:
    print("denied", type(error).__name__)
else:
    print("done")
"""


async def test_a_server_on_this_machine_is_out_of_reach(run_python):
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):  # it listens
            server.accept()[0].close()
        outcome = await run_python(TRY.format(code=f"socket.create_connection(('127.0.0.1', {port}), 5)"))
        try:
            server.accept()[0].close()
            reached.set()
        except TimeoutError:
            pass
    assert outcome.stdout.startswith("denied")
    assert not reached.is_set()


async def test_datagrams_do_not_leave(run_python):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        port = receiver.getsockname()[1]
        code = f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))"
        outcome = await run_python(TRY.format(code=code))
        assert outcome.exit_code == 0
        with pytest.raises(BlockingIOError):
            receiver.recv(1)


async def test_the_local_socket_of_another_program_is_out_of_reach(run_python, tmp_path):
    name = os.path.relpath(tmp_path / "s", Path.cwd())  # socket names are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        outcome = await run_python(
            TRY.format(code="socket.socket(socket.AF_UNIX).connect(sys.argv[1])"), name
        )
    assert outcome.stdout.startswith("denied")


async def test_a_file_outside_cannot_be_read(run_python, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "project").mkdir()
    outcome = await run_python(
        TRY.format(code="open(sys.argv[1]).close()"),
        str(tmp_path / "secret"),
        readable=[tmp_path / "project"],
    )
    assert outcome.stdout.startswith("denied")


async def test_the_home_folder_cannot_be_listed_in_full(run_python):
    import pwd

    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    entries = set(os.listdir(home)) if home.is_dir() else set()
    if len(entries) < 2:
        pytest.skip("this user's home folder has next to nothing in it")
    outcome = await run_python("import os, sys; print(*os.listdir(sys.argv[1]), sep='\\n')", str(home))
    assert set(outcome.stdout.splitlines()) < entries


async def test_a_readable_folder_is_read_only(run_python, tmp_path):
    (tmp_path / "file").write_text("before")
    reading = await run_python(
        "import sys; print(open(sys.argv[1]).read())", f"{tmp_path}/file", readable=[tmp_path]
    )
    assert reading.stdout == "before\n"
    for code in (
        "open(sys.argv[1] + '/file', 'w').close()",
        "os.truncate(sys.argv[1] + '/file', 0)",
        "open(sys.argv[1] + '/new', 'w').close()",
        "os.unlink(sys.argv[1] + '/file')",
        "os.rename(sys.argv[1] + '/file', sys.argv[1] + '/other')",
        "os.link(sys.argv[1] + '/file', 'here')",
        "os.symlink('x', sys.argv[1] + '/link')",
        "os.mkdir(sys.argv[1] + '/folder')",
    ):
        outcome = await run_python(TRY.format(code=code), str(tmp_path), readable=[tmp_path])
        assert outcome.stdout.startswith("denied"), code
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "before"


async def test_a_link_in_a_readable_folder_leads_nowhere(run_python, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link").symlink_to(tmp_path / "secret")
    link = tmp_path / "project" / "link"
    outcome = await run_python(
        TRY.format(code="open(sys.argv[1]).close()"), str(link), readable=[link.parent]
    )
    assert outcome.stdout.startswith("denied")


async def test_a_folder_is_seen_under_the_name_it_was_given(run_python, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_text("content")
    (tmp_path / "hop").symlink_to("real")
    (tmp_path / "alias").symlink_to(tmp_path / "hop")
    name = tmp_path / "alias"
    outcome = await run_python("import sys; print(open(sys.argv[1]).read())", f"{name}/file", readable=[name])
    assert outcome.stdout == "content\n", outcome.stderr


async def test_a_process_outside_cannot_be_signalled(sandbox: Sandbox, run_python):
    detail = (await sandbox.self_test()).detail
    if "signals" in detail:
        pytest.skip(detail)
    outcome = await run_python(TRY.format(code=f"os.kill({os.getpid()}, 0)"))
    assert outcome.stdout.startswith("denied")


async def test_root_has_no_powers_left(run_python):
    outcome = await run_python(TRY.format(code="os.chroot('.')"))
    assert outcome.stdout == "denied PermissionError\n"


async def test_descriptors_of_the_server_are_not_inherited(run_python, tmp_path):
    handle = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(handle, True)
    code = """
import os
found = []
for number in range(3, 256):
    try:
        os.fstat(number)
    except OSError:
        continue
    found.append(number)
print(found)
"""
    try:
        outcome = await run_python(code)
    finally:
        os.close(handle)
    assert outcome.stdout == "[]\n"


async def test_the_environment_is_clean(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOME_API_KEY", "secret")
    outcome = await sandbox.run(Job(argv=("/usr/bin/env",), env={"EXTRA": "a=b c"}))
    env = dict(line.split("=", 1) for line in outcome.stdout.splitlines())
    assert env.pop("HOME") == outcome.scratch
    assert env.pop("EXTRA") == "a=b c"
    assert set(env) <= {"PATH", "TMPDIR", "LANG", "PYTHONDONTWRITEBYTECODE", "PWD"}


@pytest.mark.parametrize("name", ["/", "/proc/self", "/sys"])
async def test_showing_the_whole_machine_is_refused(sandbox: Sandbox, name: str):
    with pytest.raises(KibitzError) as caught:
        await sandbox.run(Job(argv=("/bin/true",), readable=(Path(name),)))
    assert caught.value.kind == "invalid"


async def test_showing_the_home_folder_is_refused(sandbox: Sandbox):
    import pwd

    for folder in (Path(pwd.getpwuid(os.getuid()).pw_dir), Path(pwd.getpwuid(os.getuid()).pw_dir).parent):
        with pytest.raises(KibitzError) as caught:
            await sandbox.run(Job(argv=("/bin/true",), readable=(folder,)))
        assert caught.value.kind == "invalid"
