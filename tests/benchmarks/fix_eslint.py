"""eslint, asked about real files, and what it mends by itself."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from fix_checkers import Check, Tools, batch, position_range, run

from kibitz.models.tasks import Problem

RULES = (
    *(
        "no-unused-vars",
        "prefer-const",
        "eqeqeq",
        "semi",
        "no-extra-semi",
        "no-debugger",
        "no-var",
        "no-unreachable",
    ),
    "no-trailing-spaces",
)


def _linted(installed: Tools, folder: Path, *options: str) -> str:
    """What eslint says of a folder's TypeScript, with the rules most people turn on."""
    rules = json.dumps(dict.fromkeys(RULES, "error"))
    (folder / "eslint.config.cjs").write_text(
        "const t=require('typescript-eslint');module.exports=[{files:['**/*.ts'],languageOptions:{parser:t.parser},"
        f"linterOptions:{{reportUnusedDisableDirectives:'off'}},rules:{rules}}}];",
        "utf-8",
    )
    program = str(installed.npm / "node_modules/eslint/bin/eslint.js")
    (folder / "node_modules").symlink_to(installed.npm / "node_modules")
    out, _ = run("node", program, "--no-inline-config", "--format=json", *options, ".", cwd=folder)
    return out


def eslint_fixed(installed: Tools, texts: dict[str, str]) -> dict[str, str]:
    """The texts after `eslint --fix`."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files = {name: folder / f"f{number}.ts" for number, name in enumerate(texts)}
        for name, file in files.items():
            file.write_text(texts[name], "utf-8")
        _linted(installed, folder, "--fix")
        return {name: file.read_text("utf-8") for name, file in files.items()}


def eslint(installed: Tools) -> Check:
    """eslint with the rules most people turn on, on TypeScript files as its plugin reads them."""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        out = _linted(installed, folder)
        found: dict[str, list[Problem]] = {}
        for file in json.loads(out):
            for e in file["messages"]:
                where = position_range(
                    "", e["line"], e["column"], e.get("endLine") or 0, e.get("endColumn") or 0
                )
                problem = Problem(where, e["message"], "eslint", e["ruleId"] or "")
                found.setdefault(file["filePath"], []).append(problem)
        return found

    return batch(".ts", ask)
