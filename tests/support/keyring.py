"""A `keyring` package for the worker that opens keyrings: it keeps keys in a file, or is in trouble."""

from __future__ import annotations

from pathlib import Path

FAKE = """
import json, os, pathlib
from keyring import errors

PATH = pathlib.Path(os.environ["FAKE_KEYRING"])

def _all():
    return json.loads(PATH.read_text()) if PATH.exists() else {}

def _check():
    if os.environ.get("FAKE_TROUBLE"):
        raise getattr(errors, os.environ["FAKE_TROUBLE"])("sk-canary in the words of a library")

def get_password(service, name):
    _check()
    return _all().get(f"{service}/{name}")

def set_password(service, name, secret):
    _check()
    PATH.write_text(json.dumps({**_all(), f"{service}/{name}": secret}))

def delete_password(service, name):
    _check()
    PATH.write_text(json.dumps({k: v for k, v in _all().items() if k != f"{service}/{name}"}))
"""

ERRORS = """
class KeyringError(Exception): ...
class NoKeyringError(KeyringError, RuntimeError): ...
class KeyringLocked(KeyringError): ...
"""


def fake_keyring(folder: Path) -> dict[str, str]:
    """The environment that makes it the one that is found; `FAKE_TROUBLE` there names the error it always raises.

    The package lies in `folder`/path/keyring, its keys in `folder`/keyring.json.
    """
    package = folder / "path" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(FAKE, "utf-8")
    (package / "errors.py").write_text(ERRORS, "utf-8")
    return {"PYTHONPATH": str(package.parent), "FAKE_KEYRING": str(folder / "keyring.json")}
