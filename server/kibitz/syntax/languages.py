"""Which language a file is, by what it is called, how it ends or its first line; names are LSP language ids."""

from __future__ import annotations

import re
from pathlib import Path

from kibitz.syntax.facts import Facts, facts
from kibitz.syntax.grammars import GrammarStatus, grammar_status, supported

__all__ = ["Facts", "GrammarStatus", "facts", "grammar_status", "language_of", "normalise", "supported"]

PLAINTEXT = "plaintext"

_ENDINGS = {
    "python": "py pyi pyw",
    "javascript": "js mjs cjs",
    "javascriptreact": "jsx",
    "typescript": "ts mts cts",
    "typescriptreact": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c h",
    "cpp": "cc cpp cxx c++ hh hpp hxx h++ ipp inl cu cuh ino",
    "csharp": "cs csx",
    "ruby": "rb rake gemspec ru",
    "php": "php phtml php5 php7 inc",
    "kotlin": "kt kts",
    "lua": "lua",
    "shellscript": "sh bash zsh ksh bats ebuild",
    "swift": "swift",
    "scala": "scala sc",
    "dart": "dart",
    "elixir": "ex exs",
    "erlang": "erl hrl",
    "haskell": "hs",
    "clojure": "clj cljs cljc edn",
    "ocaml": "ml mli",
    "fsharp": "fs fsi fsx",
    "perl": "pl pm t",
    "r": "r",
    "julia": "jl",
    "zig": "zig",
    "nix": "nix",
    "objective-c": "m",
    "objective-cpp": "mm",
    "powershell": "ps1 psm1 psd1",
    "bat": "bat cmd",
    "groovy": "groovy gradle",
    "html": "html htm xhtml",
    "css": "css",
    "scss": "scss",
    "sass": "sass",
    "less": "less",
    "vue": "vue",
    "svelte": "svelte",
    "json": "json webmanifest ipynb",
    "jsonc": "jsonc code-workspace",
    "yaml": "yaml yml",
    "toml": "toml",
    "ini": "ini cfg conf properties editorconfig",
    "xml": "xml xsd xsl xslt svg csproj props targets plist",
    "markdown": "md markdown mdx",
    "restructuredtext": "rst",
    "latex": "tex sty cls",
    "sql": "sql",
    "graphql": "graphql gql",
    "proto": "proto",
    "terraform": "tf tfvars",
    "cmake": "cmake",
    "makefile": "mk mak",
    "dockerfile": "dockerfile",
    "vim": "vim",
    "fish": "fish",
    "diff": "diff patch",
}
_BY_ENDING = {ending: language for language, endings in _ENDINGS.items() for ending in endings.split()}

_BY_NAME = {
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "cmakelists.txt": "cmake",
    "gemfile": "ruby",
    "rakefile": "ruby",
    "podfile": "ruby",
    "vagrantfile": "ruby",
    "brewfile": "ruby",
    "jenkinsfile": "groovy",
    "sconstruct": "python",
    "sconscript": "python",
    "wscript": "python",
    "pkgbuild": "shellscript",
    "apkbuild": "shellscript",
    ".bashrc": "shellscript",
    ".bash_profile": "shellscript",
    ".bash_aliases": "shellscript",
    ".profile": "shellscript",
    ".zshrc": "shellscript",
    ".zshenv": "shellscript",
    ".zprofile": "shellscript",
    ".envrc": "shellscript",
    "tsconfig.json": "jsonc",
    ".eslintrc": "jsonc",
    ".babelrc": "jsonc",
    ".luacheckrc": "lua",
    ".vimrc": "vim",
}

_BY_INTERPRETER = {
    "python": "python",
    "pypy": "python",
    "node": "javascript",
    "nodejs": "javascript",
    "bun": "javascript",
    "deno": "typescript",
    "ts-node": "typescript",
    "tsx": "typescript",
    "bash": "shellscript",
    "sh": "shellscript",
    "dash": "shellscript",
    "zsh": "shellscript",
    "ksh": "shellscript",
    "ruby": "ruby",
    "php": "php",
    "lua": "lua",
    "luajit": "lua",
    "perl": "perl",
    "rscript": "r",
    "kotlin": "kotlin",
    "make": "makefile",
}

_ALIASES = {
    "py": "python",
    "python2": "python",
    "python3": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "node": "javascript",
    "ecmascript": "javascript",
    "jsx": "javascriptreact",
    "javascript.jsx": "javascriptreact",
    "javascript-jsx": "javascriptreact",
    "ts": "typescript",
    "tsx": "typescriptreact",
    "typescript.tsx": "typescriptreact",
    "typescript-tsx": "typescriptreact",
    "golang": "go",
    "rs": "rust",
    "c++": "cpp",
    "cxx": "cpp",
    "cc": "cpp",
    "cuda": "cpp",
    "cuda-cpp": "cpp",
    "arduino": "cpp",
    "c#": "csharp",
    "cs": "csharp",
    "c-sharp": "csharp",
    "c_sharp": "csharp",
    "rb": "ruby",
    "kt": "kotlin",
    "kts": "kotlin",
    "sh": "shellscript",
    "bash": "shellscript",
    "zsh": "shellscript",
    "ksh": "shellscript",
    "shell": "shellscript",
    "shell-script": "shellscript",
    "shell-unix-generic": "shellscript",
    "md": "markdown",
    "yml": "yaml",
    "tex": "latex",
    "rst": "restructuredtext",
    "make": "makefile",
    "docker": "dockerfile",
    "text": PLAINTEXT,
    "plain": PLAINTEXT,
    "plain text": PLAINTEXT,
    "txt": PLAINTEXT,
    "": PLAINTEXT,
}

_SHEBANG = re.compile(r"^\ufeff?#!\s*(?:\S*/)?(?P<program>[^\s/]+)(?P<rest>.*)")


def language_of(path: str | Path, first_line: str = "") -> str:
    """The LSP language id of a file: by its whole name, else its ending, else the program its first line names.

    `path` may be a path or a URI. Answers "plaintext" where nothing is known.
    """
    name = re.split(r"[/\\]", str(path))[-1].split("?")[0].lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    ending = name.rpartition(".")[2] if "." in name.lstrip(".") else ""
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    if name.startswith("dockerfile."):
        return "dockerfile"
    return _interpreted(first_line)


def _interpreted(first_line: str) -> str:
    found = _SHEBANG.match(first_line)
    if not found:
        return "php" if first_line.startswith("<?php") else PLAINTEXT
    program = found["program"]
    if program == "env":
        words = [word for word in found["rest"].split() if not word.startswith("-") and "=" not in word]
        program = words[0].rpartition("/")[2] if words else ""
    program = program.lower()
    return _BY_INTERPRETER.get(program) or _BY_INTERPRETER.get(program.rstrip("0123456789."), PLAINTEXT)


def normalise(language_id: str) -> str:
    """What editors send ("js", "tsx", "sh", "c++", "python3") as the id used here; ids not known stay, in lower case."""
    name = language_id.strip().lower()
    return _ALIASES.get(name, name)
