"""Real checkers, asked about real files: what they report, as an editor would hand it on. Downloaded when first needed.

ruff is installed; pyflakes and pylint come from PyPI, pyright, TypeScript and eslint from npm, Go's compiler and Eclipse's for
Java (the one in its language server) from Debian; rustc and gcc are used where they are there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from kibitz.models.tasks import Problem
from kibitz.text import Document, Position, Range

Check = Callable[[dict[str, str]], dict[str, list[Problem]]]
"""Texts by a name -> what is reported of each."""

NPM = ("typescript@5", "eslint@9", "pyright", "typescript-eslint")
DEBIAN = ("golang-1.19-go", "golang-1.19-src", "libeclipse-jdt-core-java")


class Tools(NamedTuple):
    """Where the downloaded checkers are."""

    npm: Path
    python: Path
    debian: Path


def tools(cache: Path) -> Tools:
    """Download what is not in the cache yet."""
    found = Tools(cache / "fix-npm", cache / "fix-pypi", cache / "fix-debian")
    if not found.npm.exists():
        found.npm.mkdir(parents=True)
        _quiet("npm", "install", "--no-audit", "--no-fund", *NPM, cwd=found.npm)
    if not found.python.exists():
        _quiet(
            sys.executable, "-m", "pip", "install", "-q", "--target", str(found.python), "pyflakes", "pylint"
        )
    if not found.debian.exists():
        found.debian.mkdir(parents=True)
        _quiet("apt-get", "download", *DEBIAN, cwd=found.debian)
        for package in found.debian.glob("*.deb"):
            _quiet("dpkg-deb", "-x", package.name, "root", cwd=found.debian)
    return found


def _quiet(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> tuple[str, str]:
    environment = {**os.environ, **env} if env else None
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def _files(texts: dict[str, str], folder: Path, ending: str) -> dict[str, str]:
    """Write the texts; the file name of each -> its name."""
    names = {}
    for number, (name, text) in enumerate(texts.items()):
        file = f"f{number}{ending}"
        (folder / file).write_text(text, "utf-8")
        names[file] = name
    return names


def position_range(text: str, line: int, column: int, end_line: int, end_column: int) -> Range:
    """From numbers that count from 1; an end of 0 is the start."""
    start = Position(line - 1, column - 1)
    return Range(start, Position(end_line - 1, end_column - 1) if end_line else start)


def batch(
    ending: str, ask: Callable[[Path, dict[str, str], dict[str, str]], dict[str, list[Problem]]]
) -> Check:
    """A checker that is asked about a folder of files at once."""

    def check(texts: dict[str, str]) -> dict[str, list[Problem]]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            files = _files(texts, folder, ending)
            found: dict[str, list[Problem]] = {key: [] for key in texts}
            for file, problems in ask(folder, files, texts).items():
                found[files[Path(file).name]] += problems
            return found

    return check


def ruff() -> Check:
    """ruff with the rules people have on."""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        out, _ = run(
            *(
                str(Path(sys.executable).parent / "ruff"),
                "check",
                "--isolated",
                "--no-cache",
                "--output-format=json",
            ),
            *("--exit-zero", "--select=E4,E7,E9,F,W291,W292,B006", "."),
            cwd=folder,
        )
        found: dict[str, list[Problem]] = {}
        for e in json.loads(out):
            at, end = e["location"], e["end_location"]
            where = position_range("", at["row"], at["column"], end["row"], end["column"])
            found.setdefault(e["filename"], []).append(Problem(where, e["message"], "Ruff", e["code"] or ""))
        return found

    return batch(".py", ask)


def pyright(installed: Tools) -> Check:
    """pyright as an editor has it, with the unused reported."""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        config = {
            "typeCheckingMode": "basic",
            "reportMissingImports": False,
            "reportMissingModuleSource": False,
        }
        config |= {
            "reportUnusedImport": True,
            "reportUnusedVariable": True,
            "reportAttributeAccessIssue": False,
        }
        (folder / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
        out, _ = run(str(installed.npm / "node_modules/.bin/pyright"), "--outputjson", cwd=folder)
        found: dict[str, list[Problem]] = {}
        for e in json.loads(out)["generalDiagnostics"]:
            start, end = e["range"]["start"], e["range"]["end"]
            where = Range(
                Position(start["line"], start["character"]), Position(end["line"], end["character"])
            )
            problem = Problem(where, e["message"], "Pyright", e.get("rule", ""))
            found.setdefault(e["file"], []).append(problem)
        return found

    return batch(".py", ask)


def pyflakes(installed: Tools) -> Check:
    """pyflakes as pylsp hands it on: from a column to the line's end."""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        out, err = run(
            *(sys.executable, "-m", "pyflakes", "."), cwd=folder, env={"PYTHONPATH": str(installed.python)}
        )
        found: dict[str, list[Problem]] = {}
        for line in (out + err).splitlines():
            if match := re.match(r"(?:\./)?(f\d+\.py):(\d+):(\d+):? (.*)", line):
                text = texts[files[match[1]]].split("\n")[int(match[2]) - 1]
                where = position_range("", int(match[2]), int(match[3]), int(match[2]), len(text) + 1)
                found.setdefault(match[1], []).append(Problem(where, match[4], "pyflakes"))
        return found

    return batch(".py", ask)


def pylint(installed: Tools) -> Check:
    """pylint with the rules that have to do with names, and what is plain."""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        out, _ = run(
            *(sys.executable, "-m", "pylint", "--output-format=json2", "--disable=all", "--jobs=1"),
            "--enable=W0611,W0612,E0602,C0121,W1309,W0702,W0102,W0301,C0303,syntax-error",
            *files,
            cwd=folder,
            env={"PYTHONPATH": str(installed.python)},
        )
        found: dict[str, list[Problem]] = {}
        for e in json.loads(out)["messages"]:
            end = (e["endLine"] or 0, (e["endColumn"] or 0) + 1)
            where = position_range("", e["line"], e["column"] + 1, *end)
            found.setdefault(e["path"], []).append(Problem(where, e["message"], "Pylint", e["messageId"]))
        return found

    return batch(".py", ask)


def tsc(installed: Tools) -> Check:
    """TypeScript as its server reports it: names, and what is not used."""

    script = """const ts=require('typescript');const fs=require('fs');const files=fs.readdirSync('.').filter(f=>f.endsWith('.ts'));
    const p=ts.createProgram(files,{noEmit:true,noResolve:true,strict:true,noUnusedLocals:true,noUnusedParameters:true,
    target:99,module:99,moduleResolution:100,types:[],skipLibCheck:true,noImplicitAny:false});const out=[];
    for(const d of ts.getPreEmitDiagnostics(p)){if(!d.file||!files.includes(d.file.fileName))continue;
    const a=d.file.getLineAndCharacterOfPosition(d.start),b=d.file.getLineAndCharacterOfPosition(d.start+d.length);
    out.push([d.file.fileName,a.line,a.character,b.line,b.character,ts.flattenDiagnosticMessageText(d.messageText,'\\n'),d.code]);}
    console.log(JSON.stringify(out));"""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        out, _ = run("node", "-e", script, cwd=folder, env={"NODE_PATH": str(installed.npm / "node_modules")})
        found: dict[str, list[Problem]] = {}
        for file, line, column, end, last, message, code in json.loads(out):
            where = Range(Position(line, column), Position(end, last))
            found.setdefault(file, []).append(Problem(where, message, "ts", str(code)))
        return found

    return batch(".ts", ask)


def ecj(installed: Tools) -> Check:
    """Eclipse's compiler: what its language server reports, one file at a time."""

    jar = next((installed.debian / "root/usr/share/java").glob("eclipse-jdt-core-*.jar"))

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        for file in files:  # a folder each: they are of different packages, some of the same name
            (folder / file[:-5]).mkdir()
            (folder / file).rename(folder / file[:-5] / file)
        main = "org.eclipse.jdt.internal.compiler.batch.Main"
        options = [
            "-Xemacs",
            "-proceedOnError",
            "-warn:+unused",
            "-17",
            "-proc:none",
            "-d",
            "none",
            "-maxProblems",
            "500",
        ]
        found: dict[str, list[Problem]] = {}
        for file in files:
            _, err = run("java", "-cp", str(jar), main, *options, f"{file[:-5]}/{file}", cwd=folder)
            parts = re.split(r"^(?=\S*f\d+\.java:\d+: )", err, flags=re.MULTILINE)
            for part in parts:
                lines = part.split("\n")
                head = re.match(r"\S*?(f\d+\.java):(\d+): (?:error|warning): (.*)", lines[0])
                if head is None or len(lines) < 3:
                    continue
                carets = re.search(r"\^+", lines[2])
                line = texts[files[head[1]]].split("\n")[int(head[2]) - 1]
                shift = line.find(lines[1].strip()) - (len(lines[1]) - len(lines[1].lstrip()))
                at = (carets.start() + shift, carets.end() + shift) if carets else (0, 0)
                where = position_range("", int(head[2]), at[0] + 1, int(head[2]), at[1] + 1)
                found.setdefault(head[1], []).append(Problem(where, head[3], "Java"))
        return found

    return batch(".java", ask)


def gcc(roots: list[Path]) -> Check:
    """gcc's warnings and errors, as clangd's kin; headers are looked for in the folders the files are from."""

    def ask(folder: Path, files: dict[str, str], texts: dict[str, str]) -> dict[str, list[Problem]]:
        found: dict[str, list[Problem]] = {}
        for file in files:
            flags = ["-fsyntax-only", "-Wall", "-Wextra", "-fdiagnostics-format=json", "-std=gnu11"]
            places = [f"-I{place}" for root in roots for place in (root, root.parent / "include")]
            _, err = run("gcc", *flags, *places, file, cwd=folder)
            for e in json.loads(err.split("\n")[0] or "[]"):
                at = e["locations"][0]["caret"]
                if Path(at["file"]).name == file and e["kind"] != "note":
                    end = e["locations"][0].get("finish", at)
                    where = position_range("", at["line"], at["column"], end["line"], end["column"] + 1)
                    notes = tuple(child["message"] for child in e.get("children", ()))
                    code = e.get("option", "")
                    found.setdefault(file, []).append(Problem(where, e["message"], "gcc", code, notes))
        return found

    return batch(".c", ask)


def go(installed: Tools, package: Path) -> Check:
    """Go's compiler on one package of its library, of which one file is replaced; the texts are named after files."""

    root = installed.debian / "root/usr/lib/go-1.19"
    compiler = root / "pkg/tool/linux_amd64/compile"

    def check(texts: dict[str, str]) -> dict[str, list[Problem]]:
        found: dict[str, list[Problem]] = {}
        for name, text in texts.items():
            file = name.split("#")[0]
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary)
                for other in package.glob("*.go"):
                    if not other.name.endswith("_test.go"):
                        shutil.copy(other, folder)
                (folder / file).write_text(text, "utf-8")
                names = sorted(p.name for p in folder.glob("*.go"))
                made = folder / "made"  # the compiler removes what it failed to make
                options = ["-e", "-p", "x", "-I", str(root / "pkg/linux_amd64"), "-o", str(made)]
                out, err = run(str(compiler), *options, *names, cwd=folder)
            found[name] = []
            for match in re.finditer(
                r"^(?:\./)?([\w.]+\.go):(\d+):(\d+): (.*(?:\n\t.*)*)", out + err, re.MULTILINE
            ):
                if match[1] == file:
                    where = position_range("", int(match[2]), int(match[3]), 0, 0)
                    found[name].append(Problem(where, match[4], "compiler"))
        return found

    return check


def rustc(crate: Path) -> Check:
    """rustc on one crate, of which one file is replaced; as rust-analyzer hands its words on."""

    def check(texts: dict[str, str]) -> dict[str, list[Problem]]:
        found: dict[str, list[Problem]] = {}
        for name, text in texts.items():
            file = name.split("#")[0]
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary) / "c"
                shutil.copytree(crate / "src", folder / "src")
                (folder / file).write_text(text, "utf-8")
                options = [
                    "--edition=2018",
                    "--crate-type=lib",
                    "--emit=metadata",
                    "--error-format=json",
                    "--crate-name=c",
                ]
                _, err = run(
                    "rustc", *options, "-A", "dead_code", "--cfg", 'feature="std"', "src/lib.rs", cwd=folder
                )
            entries = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
            found[name] = [p for e in entries for p in _rust_problems(e, file)]
        return found

    return check


def _rust_problems(entry: dict[str, Any], file: str) -> list[Problem]:
    notes = []
    for child in entry["children"]:
        replacements = [s["suggested_replacement"] for s in child["spans"] if s["suggested_replacement"]]
        notes += [f"{child['message']}: `{r.strip()}`" for r in replacements] or [child["message"]]
    notes.append(entry["rendered"])
    code = (entry["code"] or {}).get("code", "")
    return [
        Problem(
            position_range("", s["line_start"], s["column_start"], s["line_end"], s["column_end"]),
            entry["message"],
            "rustc",
            code,
            tuple(notes),
        )
        for s in entry["spans"]
        if s["is_primary"] and s["file_name"] == file
    ]


def document(name: str, text: str, language: str) -> Document:
    """A text as the engine is given it."""
    return Document(f"untitled:{name}", text, language)
