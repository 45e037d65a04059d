"""What is left of a suggestion that was taken."""

from __future__ import annotations

import asyncio

import pytest

from kibitz.features.completion.fate import Fates, Taken, is_there

FILE = "import os\n\n\ndef total(values):\n    result = sum(values)\n    return result\n"


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (FILE, True),
        ("# a new first line\n" * 30 + FILE, True),
        (FILE.replace("    ", "\t"), True),
        (FILE.replace("sum(values)", "sum(v for v in values)"), True),
        (FILE.replace("result = sum(values)", "print()"), False),
        (FILE.replace("    result = sum(values)\n", ""), False),
        ("", False),
    ],
)
def test_it_is_there_while_half_of_it_is(text: str, there: bool) -> None:
    assert is_there(text.splitlines(True), 4, "result = sum(values)") is there


def test_a_block_is_there_while_most_of_its_lines_are() -> None:
    block = "for value in values:\n        total += value\n    return total"
    text = f"def f(values):\n    total = 0\n    {block}\n"
    assert is_there(text.splitlines(True), 2, block)
    assert is_there(text.replace("total += value", "total += 2 * value").splitlines(True), 2, block)
    assert not is_there(["def f(values):\n", "    return sum(map(abs, values))\n"], 2, block)


async def test_each_time_is_counted_once_and_a_closed_document_ends_it() -> None:
    seen: list[tuple[str, str, int, bool]] = []
    texts: dict[str, list[str] | None] = {"a": FILE.splitlines(True), "b": ["x\n"]}

    async def record(*row: object) -> None:
        seen.append(row)  # type: ignore[arg-type]
        if row[0] == "gone":
            texts["b"] = None

    fates = Fates(lambda uri: texts[uri], record, times_s=(0.0, 0.001, 0.002))
    fates.watch(Taken("a", 4, "result = sum(values)", "there", "python"))
    fates.watch(Taken("b", 0, "result = sum(values)", "gone", "python"))
    async with asyncio.timeout(5):
        while fates._watching:
            await asyncio.wait(fates._watching)
    assert [row[3] for row in seen if row[0] == "there"] == [True, True, True]
    assert [row[3] for row in seen if row[0] == "gone"] == [False]


async def test_closing_stops_the_watch() -> None:
    async def record(*_: object) -> None:
        raise AssertionError("nothing is counted after closing")

    fates = Fates(lambda _: [], record, times_s=(60.0,))
    fates.watch(Taken("a", 0, "x", "e", "python"))
    await fates.close()
    assert not fates._watching
