"""Write what the editors' plugins say about settings and commands, from the server's schema.

`python editor-extension/generate.py` writes the files; with `--check` it only says which are out of date, and exits 1.
Generated: the server's settings and the commands in vscode/package.json, the Neovim types, and SETTINGS.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import attrs

from kibitz.lsp.names import EDITOR_COMMANDS
from kibitz.settings import Option, Settings, options

HERE = Path(__file__).parent
EDITOR_OWNED = ("kibitz.server.path", "kibitz.trace.server")
"""Settings of the VS Code extension itself."""

JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
LUA_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def vscode_property(option: Option) -> dict[str, Any]:
    """One setting in the manifest. Scope `machine`: a repository's own editor settings cannot change it."""
    schema: dict[str, Any]
    if option.type in JSON_TYPES:
        schema = {"type": JSON_TYPES[option.type]}
    else:
        schema = {"type": "array", "items": {"type": "string"}}
    if option.choices:
        schema["enum"] = list(option.choices)
    if option.minimum is not None:
        schema["minimum"] = option.minimum
    if option.maximum is not None:
        schema["maximum"] = option.maximum
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    return {**schema, "default": default, "scope": "machine", "markdownDescription": option.doc}


def vscode_manifest(text: str) -> str:
    """package.json with the server's settings and the commands as they are now."""
    manifest = json.loads(text)
    contributes = manifest["contributes"]
    contributes["commands"] = [
        {"command": f"kibitz.editor.{name}", "category": "kibitz", "title": title}
        for name, title in EDITOR_COMMANDS
    ]
    properties = contributes["configuration"]["properties"]
    own = {name: properties[name] for name in EDITOR_OWNED}
    server = {f"kibitz.{o.name}": vscode_property(o) for o in options() if not o.editor_only}
    contributes["configuration"]["properties"] = {**own, **server}
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def lua_types() -> str:
    """The settings as EmmyLua classes."""
    groups: list[tuple[str, str, list[str]]] = [("kibitz.Settings", "", [])]
    for field in attrs.fields(Settings):
        if attrs.has(field.type):
            about = " ".join((field.type.__doc__ or "").split())
            groups[0][2].append(f"---@field {field.name}? kibitz.Settings.{field.name} {about}")
            groups.append((f"kibitz.Settings.{field.name}", field.name, []))
    for option in options():
        group, _, name = option.name.rpartition(".")
        target = next(lines for _, prefix, lines in groups if prefix == group)
        kind = "|".join(f"'{c}'" for c in option.choices) or LUA_TYPES.get(option.type, "string[]")
        target.append(f"---@field {name}? {kind} {option.doc}")
    blocks = ["\n".join([f"---@class (exact) {name}", *lines]) for name, _, lines in groups]
    return "--- Generated from the server's settings; do not edit.\n---@meta\n\n" + "\n\n".join(blocks) + "\n"


def settings_page() -> str:
    """Every setting for people."""
    rows = [
        "# Settings",
        "",
        "Generated from the server's schema by `editor-extension/generate.py`; do not edit.",
        "",
    ]
    rows += [
        "Read in this order, later wins: defaults, `config.toml` in the platform's configuration folder (or in `KIBITZ_HOME`),",
        "`KIBITZ_*` environment variables, the editor (section `kibitz`), the project's `.kibitz.toml` or `[tool.kibitz]` in",
        "`pyproject.toml`. A project may only do what the last column says; anything else in its files is ignored, with a warning.",
        "",
        "| setting | default | what it does | limits | environment | a project may |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    may = {"never": "–", "extend": "add to it", "narrow": "cut it down"}
    for o in options():
        default = json.dumps(list(o.default) if isinstance(o.default, tuple) else o.default)
        limits = ", ".join(o.choices)
        if o.minimum is not None:
            limits = f"{o.minimum:g} to {o.maximum:g}" if o.maximum is not None else f"from {o.minimum:g}"
        variable = "the editor only" if o.editor_only else f"`{o.variable}`"
        rows.append(
            f"| `{o.name}` | `{default}` | {o.doc} | {limits or '–'} | {variable} | {may[o.project]} |"
        )
    rows += [
        "",
        "Keys are no settings: they come from the provider's own environment variable, such as `OPENAI_API_KEY`.",
        "",
    ]
    return "\n".join(rows)


def generated() -> dict[Path, str]:
    """Each file and what it should hold."""
    manifest = HERE / "vscode" / "package.json"
    return {
        manifest: vscode_manifest(manifest.read_text("utf-8")),
        HERE / "neovim" / "lua" / "kibitz" / "settings.lua": lua_types(),
        HERE / "SETTINGS.md": settings_page(),
    }


def main() -> int:
    """Write, or check."""
    stale = [
        path for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in stale:
        if "--check" in sys.argv:
            print(f"{path.relative_to(HERE)} is out of date: run python editor-extension/generate.py")
        else:
            path.write_text(generated()[path], "utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
