"""What every test has: a home of its own, no keys from the machine, no network but loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# how long one example takes is a matter of what else the machine does; benchmarks hold the limits of time
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

for _name in list(os.environ):
    if (
        _name.startswith("KIBITZ_")
        and not _name.startswith(("KIBITZ_CODE_OSS", "KIBITZ_REQUIRE", "KIBITZ_ARTIFACTS"))
    ) or _name.endswith(("_API_KEY", "_API_TOKEN")):
        del os.environ[_name]
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(_name, None)

_connect = socket.socket.connect


def _only_loopback(self: socket.socket, address: object) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        host = str(address[0])
        if not host.startswith("127.") and host not in ("::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {host}")
    return _connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """This process may talk to loopback only; child processes get no proxy and no key."""
    socket.socket.connect = _only_loopback  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def kibitz_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for settings, database and log."""
    home = tmp_path / "kibitz-home"
    monkeypatch.setenv("KIBITZ_HOME", str(home))
    return home
