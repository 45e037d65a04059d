"""The process that opens the system keyring: the only module that knows the keyring library, which is an extra."""

from __future__ import annotations

import importlib
from typing import Any

from kibitz.errors import KibitzError, unsupported

SERVICE = "kibitz"
"""What our entries are filed under."""


def get(entry: str) -> str | None:
    """The key of an entry; None where there is none. Raises `unsupported`."""
    found: str | None = _with(lambda keyring: keyring.get_password(SERVICE, entry))
    return found


def put(params: list[str]) -> bool:
    """Store [entry, key]. Raises `unsupported`."""
    entry, secret = params
    _with(lambda keyring: keyring.set_password(SERVICE, entry, secret))
    return True


def delete(entry: str) -> bool:
    """Forget an entry, whether it is there or not. Raises `unsupported`."""

    def act(keyring: Any) -> None:
        if keyring.get_password(SERVICE, entry) is not None:
            keyring.delete_password(SERVICE, entry)

    _with(act)
    return True


def _with(act: Any) -> Any:
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        raise unsupported(
            "The system keyring cannot be used: the package for it is not installed.",
            "Install it with `pip install kibitz[keyring]`, or set the provider's key variable.",
        ) from None
    try:
        return act(keyring)
    except errors.NoKeyringError:
        raise unsupported("This system has no keyring.", "Set the provider's key variable instead.") from None
    except errors.KeyringError as error:
        raise KibitzError(
            "auth",
            f"The system keyring refused ({type(error).__name__}).",
            "Unlock it, or set the provider's key variable.",
        ) from None


METHODS = {"get": get, "set": put, "delete": delete}
