"""All figures of completion, one benchmark after the other: keystrokes, closings, shapes and, with `--soak`, 100,000 keys.

    python tests/benchmarks/completion.py [--keys 1000] [--seed 1] [--cache FOLDER] [--cases FILE] [--soak]

One person types in each of five languages, each in a server of their own, beside a naive server: three minutes for 1,000
keys of a language. The soak takes fifteen minutes more. `--cases` is infilling.py's. Exits 1 where a limit is not kept.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

LANGUAGES = ("python", "typescript", "go", "rust", "java")
HERE = Path(__file__).parent


def main() -> int:
    """Run them; 1 where one did not keep its limits."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--soak", action="store_true")
    args = parser.parse_args()
    seed = ["--seed", str(args.seed)]
    sources = ["--cache", str(args.cache)] if args.cache else []
    one = ["keystrokes.py", "--people", "1", "--keys", str(args.keys), *seed, *sources]
    todo = [[*one, "--languages", ",".join(LANGUAGES)], ["divergences.py", "--rounds", "1100", *seed]]
    todo.append(["infilling.py", *seed, *(["--cases", str(args.cases)] if args.cases else [])])
    if args.soak:
        soak = ["keystrokes.py", "--people", "16", "--keys", "100000", "--no-baseline", "--soak"]
        todo.append([*soak, *seed, *sources])
    failed = []
    for name, *rest in todo:
        print(f"\n== {name} {' '.join(rest)}", flush=True)
        if subprocess.run([sys.executable, str(HERE / name), *rest]).returncode:
            failed.append(name)
    print(f"\nNot within its limits: {', '.join(failed)}." if failed else "\nAll within limits.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
