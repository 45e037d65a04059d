"""The extension in a real editor: Code-OSS with a headless browser, and the real server behind it.

`install_code_oss.sh` brings the editor; chromium comes from the system. Where something is missing the tests are
skipped with the reason, or fail with it where KIBITZ_REQUIRE_EDITORS=1. Screenshots go to KIBITZ_ARTIFACTS.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

HERE = Path(__file__).parent / "code_oss"
EXTENSION = Path(__file__).parents[2] / "editor-extension" / "vscode"
VERSION = "1.100.3"
START_S = 60
RUN_S = 150

pytestmark = pytest.mark.timeout(RUN_S + START_S + 60)

SAMPLE = '''"""The prices in a basket."""

import os


def total(prices, seen=[]):
    """The sum of the prices."""
    result = 0
    for price in prices:
        result += price
    seen.append(result)
    return result


def average(prices):
    """The mean of the prices."""
    if not prices:
        return 0
    return total(prices) / len(prices)


def describe(prices):
    """One line for a receipt."""
    amount = total(prices)
    mean = average(prices)
    return f"{amount} {currency} in all, {mean} each"

'''

PLAN = {
    "file": "basket.py",
    "finding": "currency",
    "fixable": "os",
    "fixableLine": "import os",
    "fixTitle": "Remove unused import",
    "symbol": "average",
    "extract": "total(prices) / len(prices)",
    "model": "openai/of-nobody",
    "instruction": "extract a variable named mean",
    "typed": "\ndef cheapest(prices):\n    amount = to",
}

SETTINGS = {
    "editor.inlineSuggest.enabled": True,
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.fontFamily": "DejaVu Sans Mono",
    "editor.autoIndent": "none",
    "workbench.startupEditor": "none",
    "workbench.enableExperiments": False,
    "telemetry.telemetryLevel": "off",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "update.mode": "none",
    "files.autoSave": "off",
    "files.hotExit": "off",
}


@attrs.frozen
class Tools:
    """What the tests need from the machine."""

    node: str
    chromium: str
    code_oss: Path
    kibitz: Path

    @property
    def server_main(self) -> Path:
        return self.code_oss / "node_modules/code-server/lib/vscode/out/server-main.js"


def missing(reason: str) -> None:
    """Skip, or fail where editors are required."""
    if os.environ.get("KIBITZ_REQUIRE_EDITORS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def program(*names: str) -> str:
    found = next((path for path in map(shutil.which, names) if path), "")
    if not found:
        missing(f"no {' or '.join(names)} on PATH")
    return found


@pytest.fixture(scope="session")
def tools() -> Tools:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    code_oss = Path(os.environ.get("KIBITZ_CODE_OSS") or cache / "kibitz-tests" / "code-oss")
    found = Tools(
        node=program("node"),
        chromium=program("chromium", "chromium-browser", "google-chrome"),
        code_oss=code_oss,
        kibitz=Path(os.environ.get("KIBITZ_PROGRAM") or Path(sysconfig.get_path("scripts")) / "kibitz"),
    )
    if not (code_oss / "installed").is_file():
        missing(f"no Code-OSS in {code_oss}: run tests/editors/install_code_oss.sh")
    if not found.kibitz.is_file():
        missing(f"no {found.kibitz}: install the package first")
    return found


@pytest.fixture(scope="session")
def extension(tools: Tools) -> Path:
    """The extension as it is in the sources now, bundled."""
    if not (EXTENSION / "node_modules" / "esbuild").is_dir():
        missing("the extension's tools are not installed: run npm ci in editor-extension/vscode")
    subprocess.run([tools.node, "esbuild.mjs"], cwd=EXTENSION, check=True, timeout=60)
    return EXTENSION


@attrs.frozen
class Desk:
    """What one run works with: the machine's tools, and folders of its own."""

    tools: Tools
    extension: Path
    workspace: Path
    home: Path
    artifacts: Path

    def run(
        self, name: str, *, path: str = os.defpath, settings: dict[str, Any] | None = None, **plan: str
    ) -> Run:
        """One browser on one fresh profile; `plan` has the suite or the scenario."""
        with self.editor(name, path, settings or {}, trusted=plan.pop("trusted", "yes")) as base:
            return self.drive(name, {"name": name, "base": base, **plan})

    @contextmanager
    def editor(self, name: str, path: str, settings: dict[str, Any], trusted: str) -> Iterator[str]:
        """A Code-OSS server; gives its address. Everything it started ends with it."""
        machine = self.home / "data" / "data" / "Machine"
        machine.mkdir(parents=True)
        (machine / "settings.json").write_text(json.dumps(SETTINGS | settings), "utf-8")
        command = [self.tools.node, str(self.tools.server_main), "--host", "127.0.0.1", "--port", "0"]
        command += ["--without-connection-token", "--accept-server-license-terms", "--telemetry-level", "off"]
        command += ["--enable-smoke-test-driver", "--force-disable-user-env"]
        command += ["--server-data-dir", str(self.home / "data")]
        command += ["--extensions-dir", str(self.home / "extensions")]
        if trusted == "yes":
            command.append("--disable-workspace-trust")
        environment = {
            "PATH": path,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "KIBITZ_HOME": str(self.home / "kibitz"),
            "KIBITZ_EDITOR_PLAN": json.dumps(PLAN),
            # no shop for extensions: a fresh profile would ask it
            "EXTENSIONS_GALLERY": json.dumps({"serviceUrl": "", "itemUrl": "", "resourceUrlTemplate": ""}),
        }
        log = self.artifacts / f"{name}-editor.log"
        with started(command, env=environment, stderr=subprocess.STDOUT) as server:
            ports: queue.Queue[str] = queue.Queue()
            reader = threading.Thread(target=follow, args=(server, log, ports))
            reader.start()
            try:
                port = ports.get(timeout=START_S)
                assert port, f"Code-OSS did not start: {log.read_text('utf-8')}"
                yield f"http://127.0.0.1:{port}"
            finally:
                end(server)
                reader.join()

    def drive(self, name: str, plan: dict[str, str]) -> Run:
        """One run of the browser, with all that it reported."""
        tools = {"chromium": self.tools.chromium, "codeOss": str(self.tools.code_oss)}
        places = {
            "workspace": str(self.workspace),
            "extension": str(self.extension),
            "shots": str(self.artifacts),
        }
        full = PLAN | plan | tools | places | {"timeoutMs": RUN_S * 1000}
        with started([self.tools.node, str(HERE / "browser.mjs"), json.dumps(full)]) as browser:
            output, _ = browser.communicate(timeout=RUN_S + 30)
        events = [json.loads(line) for line in output.splitlines()]
        log = self.artifacts / f"{name}.log"
        log.write_text("\n".join(event["text"] for event in events if event["event"] == "log"), "utf-8")
        return Run(events, log)


@attrs.frozen
class Run:
    """What a run reported: its checks, and how it ended."""

    events: list[dict[str, Any]]
    log: Path

    def judge(self, subtests: pytest.Subtests) -> None:
        """Each check is a subtest; a run that ends without its exit, or without checks, is a failure."""
        checks = [event for event in self.events if event["event"] in ("passed", "failed")]
        for check in checks:
            shown = check.get("shown", check.get("why", ""))
            print(f"{check['event']} in {check['ms']} ms: {check['name']}: {shown}")
            with subtests.test(check["name"]):
                assert check["event"] == "passed", check["why"]
        assert checks, f"nothing was checked, see {self.log}"
        assert self.events[-1] == {"event": "exit", "code": 0}, f"see {self.log}"


@contextmanager
def started(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that leads a group of its own, all of which ends here."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)
    try:
        yield process
    finally:
        end(process)


def follow(server: subprocess.Popen[str], log: Path, ports: queue.Queue[str]) -> None:
    """Keep what the server says, and pass on the port it says it listens on; nothing if it never did."""
    assert server.stdout is not None
    with log.open("w", encoding="utf-8") as file, server.stdout as lines:
        for line in lines:
            file.write(line)
            file.flush()
            if "agent listening on" in line:
                ports.put(line.rsplit(maxsplit=1)[-1])
    ports.put("")


def end(process: subprocess.Popen[str]) -> None:
    """Ends a process and the group it leads."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


@pytest.fixture
def desk(tools: Tools, extension: Path, tmp_path: Path) -> Desk:
    workspace = tmp_path / "basket"
    workspace.mkdir()
    (workspace / PLAN["file"]).write_text(SAMPLE, "utf-8")
    (workspace / "pyproject.toml").write_text('[project]\nname = "basket"\nversion = "1"\n', "utf-8")
    artifacts = Path(os.environ.get("KIBITZ_ARTIFACTS") or tmp_path / "artifacts")
    artifacts.mkdir(parents=True, exist_ok=True)
    return Desk(tools, extension, workspace, tmp_path / "home", artifacts)


def test_inside_the_extension_host(desk: Desk, subtests: pytest.Subtests) -> None:
    """The editor's own API shows the server's answers; the server is the one the setting names."""
    settings = {"kibitz.server.path": str(desk.tools.kibitz)}
    desk.run("code-oss-host", settings=settings, suite=str(HERE / "suite.js")).judge(subtests)


def test_on_the_screen(desk: Desk, subtests: pytest.Subtests) -> None:
    """A user sees squiggles, ghost text and an explanation; the server is the one on PATH."""
    path = f"{desk.tools.kibitz.parent}{os.pathsep}{os.defpath}"
    desk.run("code-oss-screen", path=path, scenario="typing").judge(subtests)
    assert (desk.artifacts / "code-oss-ghost-text.png").stat().st_size > 10_000


def test_without_a_server(desk: Desk, subtests: pytest.Subtests) -> None:
    """Nobody has installed the server: the editor says what to do, once."""
    desk.run("code-oss-missing", path=str(desk.home), scenario="missing").judge(subtests)


def test_in_an_untrusted_folder(desk: Desk, subtests: pytest.Subtests) -> None:
    """The server is told that the folder is not trusted, and told again when it is."""
    settings = {
        "kibitz.server.path": str(desk.tools.kibitz),
        "security.workspace.trust.startupPrompt": "never",
    }
    desk.run("code-oss-untrusted", settings=settings, scenario="untrusted", trusted="no").judge(subtests)
