"""`kibitz refactor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kibitz.cli.common import (
    Options,
    bench_for,
    common,
    footer,
    lines_of,
    open_target,
    print_json,
    range_in,
    run,
)
from kibitz.cli.diff import print_diff
from kibitz.errors import KibitzError
from kibitz.features.write import write_edit

if TYPE_CHECKING:
    from kibitz.verify.edit import ProposedEdit


@click.command()
@click.argument("target", metavar="FILE:LINE[-LINE]")
@click.option("-m", "--instruction", default="", help="What to change, in words.")
@click.option("--write", "write_it", is_flag=True, help="Apply the change to the files.")
@common
def command(target: str, instruction: str, write_it: bool, options: Options) -> None:
    """Change code, checked, as a unified diff.

    Without a model: "extract function NAME", "extract variable NAME", "inline", "rename X to Y", "organize imports".
    Exit code 1 where the change was refused.
    """

    async def work() -> int:
        from kibitz.features.refactor import refactor

        path, first, last = lines_of(target)
        document = open_target(path)
        where = range_in(document, first, last)
        if where is None:
            raise KibitzError("invalid", "Which lines?", "Write the target as FILE:LINE or FILE:LINE-LINE.")
        async with bench_for(options, path, says="Refactoring…") as bench:
            result = await refactor(bench, document, where, instruction)
            diff = result.edit.unified_diff(bench.root)
            if write_it:
                write_edit(result.edit)
            if options.json:
                checks = result.envelope.to_json()
                print_json({**checks, "edit": changes(result.edit), "diff": diff, "written": write_it})
                return 0
        print_diff(diff)
        for check in result.envelope.checks:
            click.echo(
                f"{check.name}: {check.status}{f' ({check.detail})' if check.detail else ''}", err=True
            )
        footer(result.envelope)
        return 0

    run(options, work)


def changes(edit: ProposedEdit) -> dict[str, Any]:
    """The edit as a WorkspaceEdit's `documentChanges`, positions in UTF-16."""
    from kibitz.features.result import Shapes

    shapes = Shapes()
    return {
        "documentChanges": [
            {
                "textDocument": {"uri": f.document.uri, "version": f.document.version},
                "edits": [shapes.edit(f.document, e) for e in f.edits],
            }
            for f in edit.files
        ]
    }
