"""Refactorings made from the tree, compiled: whole projects with one refactoring in every file must still compile.

    python tests/benchmarks/tree_compiled.py --language go|java|rust|typescript --root FOLDER [--rounds 5] [--seed 6]
        [--kinds extract_variable,inline,...] [--show 5] -- COMMAND ...

COMMAND is run in FOLDER's copy and has to exit with 0 for the untouched copy; `{files}` in it stands for the project's
files. For example, with Debian's golang, openjdk and rustc, and npm's typescript:

    --language go --root /usr/share/go-1.19/src/text/template -- go vet .
    --language java --root src/jdk.jshell -- javac -proc:none -nowarn -XDrawDiagnostics -d {out} --patch-module jdk.jshell=. {files}
    --language rust --root regex-syntax-0.6.27 -- rustc --edition 2018 --crate-type lib --emit metadata --out-dir {out} src/lib.rs
    --language typescript --root package -- tsc --noEmit --strict --target es2022 --module esnext {files}

It prints how many refactorings of each kind were done, and how many files the compiler complains about. A refactoring
that breaks a file is shown with its difference. Exits 1 where one does.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tree_refactorings import KINDS, NEW, difference, documents, place

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.perform import Rewriting, rewritten
from kibitz.syntax.tree import parse
from kibitz.text import Document

TRIES = 40


def compiled(command: list[str], folder: Path, files: list[Path]) -> subprocess.CompletedProcess[str]:
    """Run the compiler in a folder."""
    with tempfile.TemporaryDirectory() as out:
        words: list[str] = []
        for word in command:
            words += (
                [str(f.relative_to(folder)) for f in files]
                if word == "{files}"
                else [word.replace("{out}", out)]
            )
        return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def changed(
    document: Document, kinds: tuple[Rewriting, ...], dice: random.Random
) -> tuple[Rewriting, str] | None:
    """One refactoring of the text, of a random kind at a random place."""
    tree = parse(document)
    if tree is None or tree.errors:
        return None
    kind = dice.choice(kinds)
    for _ in range(TRIES):
        where = place(tree, kind, dice)
        if where is None:
            return None
        name = (
            NEW + re.sub(r"\W", "", Path(document.uri).stem)  # a package's files share their functions' names
            if kind in ("rename", "extract_function") or (kind == "extract_variable" and dice.random() < 0.5)
            else None
        )
        try:
            return kind, rewritten(document, kind, where, name)
        except KibitzError:
            continue
    return None


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--language", required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    kinds = tuple(kind for kind in KINDS if kind in options.kinds.split(","))
    dice = random.Random(options.seed)
    done: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        shutil.copytree(options.root, folder, symlinks=True)
        texts = documents(folder, options.language)
        files = [Path(text.uri) for text in texts]
        base = compiled(options.command, folder, files)
        if base.returncode:
            print(
                f"the untouched project does not compile:\n{base.stdout[-1500:]}{base.stderr[-1500:]}",
                file=sys.stderr,
            )
            return 2
        for _ in range(options.rounds):
            made: dict[Path, tuple[Rewriting, Document, str]] = {}
            for document in texts:
                found = changed(document, kinds, dice)
                if found is not None:
                    made[Path(document.uri)] = (found[0], document, found[1])
                    done[found[0]] += 1
                    Path(document.uri).write_text(found[1], "utf-8")
            failed += complaints(options, folder, files, made)
            for path, (_, document, _) in made.items():
                path.write_text(document.text, "utf-8")
    for kind in KINDS:
        if done[kind]:
            print(f"{options.language:12}{kind:20}{done[kind]:6} done{failed[kind]:6} do not compile")
    return 1 if failed else 0


def complaints(
    options: argparse.Namespace,
    folder: Path,
    files: list[Path],
    made: dict[Path, tuple[Rewriting, Document, str]],
) -> Counter[str]:
    """The kinds of the refactorings that break their file; each such file is put back until the rest compiles."""
    failed: Counter[str] = Counter()
    while made:
        result = compiled(options.command, folder, files)
        if not result.returncode:
            break
        said = result.stdout + result.stderr
        blamed = [path for path in made if re.search(rf"(?<![\w-]){re.escape(path.name)}\b", said)]
        if not blamed:
            print(f"the compiler names no changed file:\n{said[-1500:]}")
            failed["unknown"] += 1
            break
        for path in blamed:
            kind, document, text = made.pop(path)
            failed[kind] += 1
            if sum(failed.values()) <= options.show:
                print("\n".join(line for line in said.splitlines() if path.name in line)[:600])
                difference(document, text, kind)
            path.write_text(document.text, "utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
