"""Which files of the machine a job sees: real folders, and the symbolic links that lead to them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from attrs import frozen

from kibitz.errors import KibitzError

# Programs and their libraries; of /etc only what the dynamic linker, the clock and OpenSSL (and so Node) insist on.
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/openssl.cnf",
    "/etc/crypto-policies",
)
# A system mounts these anew, or they are interfaces to it: never handed through.
_INTERFACES = ("/proc", "/sys", "/dev", "/run/user")
_MAX_LINKS = 40


@frozen
class Layout:
    """`folders` (or single files) are real paths, none inside another, parents sorted first; `links` maps a link to its target."""

    folders: tuple[str, ...]
    links: dict[str, str]


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _walk(path: str, links: dict[str, str]) -> str:
    """The real path of `path`; every link on the way is noted in `links`."""
    pending = [part for part in reversed(path.split("/")) if part]
    here, followed = "/", 0
    while pending:
        part = pending.pop()
        if part in (".", ".."):
            here = os.path.dirname(here) if part == ".." else here  # noqa: PTH120 - text, many times per job
            continue
        step = os.path.join(here, part)  # noqa: PTH118
        if not os.path.islink(step):  # noqa: PTH114
            here = step
            continue
        followed += 1
        if followed > _MAX_LINKS:
            raise KibitzError("invalid", "A folder for the sandbox is a link that leads to itself.")
        target = os.readlink(step)  # noqa: PTH115
        links[step] = target
        pending.extend(part for part in reversed(target.split("/")) if part)
        if target.startswith("/"):
            here = "/"
    return here


def resolve(readable: Iterable[str], home: str) -> Layout:
    """The layout of the system folders that exist here and of `readable`.

    Raises KibitzError `not_found` where one of `readable` is missing, and `invalid` where it would show too
    much: the whole file system, the home folder itself (or a folder that holds it), or a kernel interface.
    """
    links: dict[str, str] = {}
    found: set[str] = {_walk(path, links) for path in SYSTEM if os.path.exists(path)}  # noqa: PTH110
    for path in readable:
        real = _walk(os.path.abspath(path), links)  # noqa: PTH100 - abspath: links are noted one by one
        if (
            real in ("/", "/run")
            or (home and _inside(home, real))
            or any(_inside(real, top) for top in _INTERFACES)
        ):
            raise KibitzError(
                "invalid",
                "The sandbox does not show the home folder itself, the whole file system or kernel interfaces.",
                "Move the project to a folder of its own.",
            )
        if not os.path.exists(real):  # noqa: PTH110
            raise KibitzError("not_found", "A folder that the sandbox should show does not exist.")
        found.add(real)
    folders: list[str] = []
    for real in sorted(found):
        if not any(_inside(real, kept) for kept in folders):
            folders.append(real)
    outer = {link: to for link, to in links.items() if not any(_inside(link, folder) for folder in folders)}
    return Layout(tuple(folders), outer)
