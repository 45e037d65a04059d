"""From spawn to the answer of `initialize`, and memory then: kibitz beside a bare interpreter, a bare pygls server and
jedi-language-server, in turn, in one run.

    python tests/benchmarks/start.py [--rounds 11] [--jedi PATH_OF_JEDI_LANGUAGE_SERVER]

Without --jedi, jedi-language-server is installed into a temporary environment. Prints medians and the ratio to pygls pair by
pair; exits 1 where kibitz is above 1.15 times the bare pygls server or above 60 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE_PYGLS = """
from pygls.lsp.server import LanguageServer
from lsprotocol import types
server = LanguageServer("bare", "1")
@server.feature(types.TEXT_DOCUMENT_COMPLETION)
async def completion(params): return []
server.start_io()
"""
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}
MOST_RATIO, MOST_MB = 1.15, 60.0


def frame(message: object) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def memory_mb(pid: int) -> float:
    """Resident memory of a process and its children."""
    total = 0.0
    status = Path(f"/proc/{pid}/status").read_text()
    total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        total += memory_mb(int(child))
    return total


def server_once(command: list[str], env: dict[str, str]) -> tuple[float, float]:
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(frame(INITIALIZE))
        process.stdin.flush()
        length = 0
        while (line := process.stdout.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        process.stdout.read(length)
        spent = time.perf_counter() - started
        memory = memory_mb(process.pid)
        process.kill()
    return spent * 1000, memory


def interpreter_once(env: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True, env=env)
    return (time.perf_counter() - started) * 1000


def jedi(folder: str) -> list[str] | None:
    """jedi-language-server in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    done = subprocess.run(
        [f"{folder}/bin/pip", "install", "-q", "jedi-language-server"], check=False, capture_output=True
    )
    if done.returncode != 0:
        print("jedi-language-server could not be installed: left out")
        return None
    return [f"{folder}/bin/jedi-language-server"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--jedi")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE_PYGLS)
        env = {**os.environ, "KIBITZ_HOME": f"{folder}/home"}
        other = [arguments.jedi] if arguments.jedi else jedi(f"{folder}/venv")
        servers = {
            "bare pygls server": [sys.executable, str(script)],
            "kibitz serve --stdio": [sys.executable, "-m", "kibitz", "serve", "--stdio"],
            **({"jedi-language-server": other} if other else {}),
        }
        times: dict[str, list[float]] = {name: [] for name in ("bare interpreter", *servers)}
        sizes: dict[str, list[float]] = {name: [] for name in servers}
        for number in range(arguments.rounds + 1):
            spent = interpreter_once(env)
            if number:
                times["bare interpreter"].append(spent)
            for name, command in servers.items():
                spent, memory = server_once(command, env)
                if number:  # the first round warms the file cache
                    times[name].append(spent)
                    sizes[name].append(memory)
    print(f"{'':26}{'median ms':>10}{'min':>8}{'max':>8}{'memory MB':>11}")
    for name, spent_all in times.items():
        memory = f"{statistics.median(sizes[name]):11.1f}" if name in sizes else ""
        print(
            f"{name:26}{statistics.median(spent_all):10.0f}{min(spent_all):8.0f}{max(spent_all):8.0f}{memory}"
        )
    pairs = zip(times["kibitz serve --stdio"], times["bare pygls server"], strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    size = statistics.median(sizes["kibitz serve --stdio"])
    print(
        f"kibitz / bare pygls, pair by pair: {ratio:.2f} (at most {MOST_RATIO}); memory {size:.1f} MB (at most {MOST_MB:.0f})"
    )
    return 0 if ratio <= MOST_RATIO and size <= MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
