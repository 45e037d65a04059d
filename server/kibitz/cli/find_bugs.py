"""`kibitz find-bugs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kibitz.cli.common import Options, bench_for, common, footer, open_target, print_json, run
from kibitz.errors import KibitzError
from kibitz.paths import shown

if TYPE_CHECKING:
    from kibitz.features.find_bugs import Finding, Findings
    from kibitz.features.workbench import Workbench
    from kibitz.verify.checks import Check

COLOURS = {"error": "red", "warning": "yellow", "information": "blue", "hint": "cyan"}
TELLING = ("error", "warning")
"""Findings of these severities make the answer "no": exit code 1."""


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    help="SARIF is for code hosts.",
)
@common
def command(paths: tuple[Path, ...], style: str, options: Options) -> None:
    """What is wrong with files and folders. Exit code 1 where a warning or an error was found."""
    if options.json:
        style = "json"
    elif style == "json":
        options = Options(True, options.root, options.engine)

    async def work() -> int:
        async with bench_for(options, paths[0], says="Looking for bugs…") as bench:
            result, skipped = await search(bench, paths)
        if style == "sarif":
            from kibitz.features.sarif import to_sarif

            print_json(to_sarif(result.findings, bench.root))
        elif style == "json":
            from kibitz.features.result import Shapes

            print_json(result.to_json(Shapes()))
        else:
            for finding in result.findings:
                print_finding(finding, bench.root)
            count = len(result.findings)
            click.echo(
                f"{count} finding{'s' if count != 1 else ''}." if count else "No bugs found.", err=True
            )
            for reason in skipped:
                click.echo(f"Not looked at: {reason}", err=True)
            footer(result.envelope)
        return 1 if any(f.severity in TELLING for f in result.findings) else 0

    run(options, work)


async def search(bench: Workbench, paths: tuple[Path, ...]) -> tuple[Findings, list[str]]:
    """The findings of all files, and why some were not looked at. One file that cannot be read is an error."""
    from kibitz.features.find_bugs import Findings, find_bugs
    from kibitz.features.result import Envelope, Stopwatch
    from kibitz.index.crawl import project_files
    from kibitz.models.protocol import Usage

    watch, usage = Stopwatch(), Usage()
    found: list[Finding] = []
    skipped: list[str] = []
    checks: tuple[Check, ...] = ()
    folders = [path for path in paths if path.is_dir()]
    single = len(paths) == 1 and not folders
    for path in paths:
        names = await project_files(path, bench.settings.context.exclude) if path in folders else [path]
        for name in names:
            try:
                result = await find_bugs(bench, open_target(name))
            except KibitzError as error:
                if single or error.kind not in ("unsupported", "invalid"):
                    raise
                if error.kind != "unsupported" or path not in folders:  # a folder has files of many kinds
                    skipped.append(f"{shown(name, bench.root)}: {error.message}")
                continue
            found += result.findings
            usage = usage + result.envelope.usage
            checks = result.envelope.checks if single else ()
    envelope = Envelope(bench.model("find_bugs").name, watch.ms, usage, checks)
    return Findings(envelope, tuple(found)), skipped


def print_finding(finding: Finding, root: Path | None) -> None:
    """One finding as compilers write it."""
    path = shown(finding.document.path, root) if finding.document.path else finding.document.uri
    start = finding.range.start
    where = click.style(f"{path}:{start.line + 1}:{start.character + 1}", bold=True)
    severity = click.style(finding.severity, fg=COLOURS[finding.severity])
    click.echo(f"{where}: {severity}: {finding.message} [{finding.rule}]")
