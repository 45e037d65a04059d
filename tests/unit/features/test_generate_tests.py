"""The feature: what is offered ran and passed, what was not run says so, and edits go where tests belong."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.features.generate_tests import GeneratedTests, generate_tests
from kibitz.features.services import Services
from kibitz.features.workbench import Workbench, open_document
from kibitz.models.protocol import Done, Event, Feature, Model, Request, Spent, Text, Usage
from kibitz.settings import Settings
from kibitz.settings.schema import Sandbox as SandboxSettings
from kibitz.text import Document

CODE = '''\
def grade(points: int) -> str:
    """A letter.

    >>> grade(95)
    'A'
    """
    if points < 0:
        raise ValueError("negative")
    return "A" if points >= 90 else "B"
'''
GOOD = """\
import json
import pytest

from app import grade


def helper():
    return json.loads("95")


def test_top():
    assert grade(helper()) == "A"


def test_negative():
    with pytest.raises(ValueError):
        grade(-1)
"""
BAD = 'from app import grade\n\n\ndef test_wrong():\n    assert grade(95) == "Z"\n'


class Scripted:
    """A model that answers from a list, and keeps what it was asked."""

    name = "scripted/one"

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked: list[Request] = []

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        """The next answer, in two pieces."""
        self.asked.append(request)
        text = self._answers.pop(0)
        yield Text(text[:10])
        yield Text(text[10:])
        yield Spent(Usage(10, 0, 5, 0.0))
        yield Done()


class Bench(Workbench):
    """A workbench whose model is the scripted one, where there is one."""

    scripted: Scripted | None = None

    def model(self, feature: Feature, override: str | None = None) -> Model:
        """The scripted model, else what the settings say."""
        return self.scripted if self.scripted is not None else super().model(feature, override)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A project with one file, in a folder of its own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(CODE)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'kibitz.db'}")
    services = Services(settings, lambda error: None)
    sandbox = services.sandbox
    assert sandbox is not None
    test = await sandbox.self_test()
    if test.means is None:
        pytest.skip(test.detail)
    yield Bench(services, settings, root)
    await services.close()


def without_sandbox(bench: Bench) -> Bench:
    settings = Settings(database_url=bench.settings.database_url, sandbox=SandboxSettings(enabled=False))
    bench.services.use(settings)
    changed = Bench(bench.services, settings, bench.root)
    changed.scripted = bench.scripted
    return changed


def app(bench: Bench) -> Document:
    assert bench.root is not None
    return open_document(bench.root / "app.py")


def fenced(code: str) -> str:
    return f"Here are tests.\n\n```python\n{code}```\n"


async def ask(bench: Bench, *answers: str, symbol: str | None = None) -> GeneratedTests:
    bench.scripted = Scripted(*answers) if answers else None
    return await generate_tests(bench, app(bench), None, symbol)


def checks(result: GeneratedTests) -> dict[str, tuple[str, str]]:
    return {check.name: (check.status, check.detail) for check in result.envelope.checks}


async def test_the_built_in_engine_offers_tests_that_passed(bench: Bench) -> None:
    steps: list[str] = []
    result = await generate_tests(bench, app(bench), None, "grade", on_step=steps.append)
    assert result.envelope.engine == "offline"
    assert result.tests
    assert all(test.passed and test.runs == 3 for test in result.tests)
    assert {line for test in result.tests for line in test.adds} == {7, 8, 9}
    count = len(result.tests)
    assert checks(result)["tests"] == ("passed", f"{count} of {count} ran 3 times and passed")
    assert checks(result)["syntax"][0] == "passed"
    assert result.path == "test_app.py"
    assert result.edit is not None
    assert result.edit.files[0].create
    assert result.edit.files[0].after.text == result.module_text
    assert bench.root is not None
    assert not (bench.root / "test_app.py").exists()
    assert len(steps) == 2


async def test_the_result_as_json(bench: Bench) -> None:
    data = (await generate_tests(bench, app(bench), None, "grade")).to_json()
    assert data["edit"] is None
    assert data["dropped"] == []
    assert set(data["tests"][0]) == {"name", "passed", "runs", "adds"}
    assert data["diff"].startswith("--- /dev/null\n+++ b/test_app.py\n")
    assert data["path"] == "test_app.py"
    assert {"engine", "durationMs", "usage", "checks", "module"} <= set(data)


async def test_of_a_models_tests_those_that_fail_are_cut(bench: Bench) -> None:
    more = '\n\ndef test_wrong():\n    assert grade(95) == "Z"\n\n\ndef test_nothing():\n    assert True\n'
    result = await ask(bench, fenced(GOOD + more))
    assert [test.name for test in result.tests] == ["test_top", "test_negative"]
    reasons = dict(result.dropped)
    assert "'A' == 'Z'" in reasons["test_wrong"]
    assert reasons["test_nothing"] == "does not exercise the code"
    assert result.module_text == GOOD
    assert checks(result)["tests"] == ("passed", "2 of 4 ran 3 times and passed")
    assert result.envelope.usage.input_tokens == 10


async def test_helpers_and_imports_go_with_the_tests_that_used_them(bench: Bench) -> None:
    result = await ask(bench, fenced(GOOD.replace('== "A"', '== "no"')))
    assert [test.name for test in result.tests] == ["test_negative"]
    assert "json" not in result.module_text
    assert "helper" not in result.module_text


async def test_one_repair_and_then_it_is_good(bench: Bench) -> None:
    result = await ask(bench, fenced(BAD), fenced(GOOD))
    assert len(result.tests) == 2
    assert bench.scripted is not None
    repair = bench.scripted.asked[1].messages[-1].text
    assert "test_wrong" in repair
    assert "'A' == 'Z'" in repair
    assert result.envelope.usage.input_tokens == 20


@pytest.mark.parametrize(
    "first", [fenced(BAD), "no code at all", fenced("def test_(:\n"), fenced("import missing_thing\n")]
)
async def test_one_repair_and_then_a_refusal(bench: Bench, first: str) -> None:
    with pytest.raises(KibitzError) as caught:
        await ask(bench, first, fenced(BAD))
    assert caught.value.kind == "bad_response"
    assert "grade" not in caught.value.message
    assert bench.scripted is not None
    assert len(bench.scripted.asked) == 2


async def test_the_prompt_says_how_to_import_the_code(bench: Bench) -> None:
    await ask(bench, fenced(GOOD))
    assert bench.scripted is not None
    system, user = bench.scripted.asked[0].messages
    assert "from app import grade" in system.text
    assert "pytest" in system.text
    assert CODE.strip() in user.text


async def test_without_the_sandbox_nothing_is_claimed(bench: Bench) -> None:
    bare = without_sandbox(bench)
    result = await ask(bare, fenced(GOOD))
    assert [(test.name, test.passed, test.runs, test.reason) for test in result.tests] == [
        ("test_top", False, 0, "not run"),
        ("test_negative", False, 0, "not run"),
    ]
    assert checks(result)["tests"] == ("skipped", "not run: the sandbox is switched off")
    offline = await ask(bare)
    assert [test.passed for test in offline.tests] == [False]
    assert "grade(95)" in offline.module_text


async def test_an_existing_file_gets_only_what_it_lacks(bench: Bench) -> None:
    assert bench.root is not None
    folder = bench.root / "tests" / "unit"
    folder.mkdir(parents=True)
    before = '"""Mine."""\n\nfrom app import grade\n\n\ndef test_top():\n    assert grade(91) == "A"\n'
    (folder / "test_app.py").write_text(before)
    result = await ask(bench, fenced(GOOD))
    assert result.path == "tests/unit/test_app.py"
    assert ("test_top", "the test file has one of this name") in result.dropped
    assert [test.name for test in result.tests] == ["test_negative"]
    assert result.edit is not None
    after = result.edit.files[0].after.text
    assert not result.edit.files[0].create
    assert "assert grade(91)" in after
    assert after.count("def test_top") == 1
    assert after.count("from app import grade") == 1
    assert "import pytest\n" in after
    assert "json" not in after
    ast.parse(after)
    twice = await ask(
        bench, fenced('from app import grade\n\n\ndef test_top():\n    assert grade(95) == "A"\n')
    )
    assert twice.edit is None
    assert twice.tests == ()


async def test_the_editors_text_of_the_test_file_counts(bench: Bench) -> None:
    assert bench.root is not None
    path = bench.root / "test_app.py"
    path.write_text("")
    opened = Document(path.as_uri(), "def test_mine():\n    pass\n", "python", 7, path)
    bench.open_documents = lambda: (opened,)
    result = await ask(bench, fenced(GOOD))
    assert result.edit is not None
    assert result.edit.files[0].document is opened
    assert "def test_mine" in result.edit.files[0].after.text


async def test_a_folder_of_tests_is_where_they_go(bench: Bench) -> None:
    assert bench.root is not None
    (bench.root / "tests").mkdir()
    assert (await ask(bench, fenced(GOOD))).path == "tests/test_app.py"


async def test_other_languages_are_written_but_not_run(bench: Bench) -> None:
    assert bench.root is not None
    path = bench.root / "app.js"
    path.write_text("export function f() { return 1; }\n")
    bench.scripted = Scripted("```js\ntest('f', () => { expect(f()).toBe(1); });\n```\n")
    result = await generate_tests(bench, open_document(path), None, None)
    assert result.path == "app.test.js"
    assert checks(result)["tests"][0] == "skipped"
    assert not any(test.passed for test in result.tests)
    assert "expect(f())" in result.module_text


async def test_what_is_refused_outright(bench: Bench) -> None:
    assert bench.root is not None
    with pytest.raises(KibitzError) as caught:
        await generate_tests(bench, app(bench), None, "missing")
    assert caught.value.kind == "not_found"
    path = bench.root / "test_it.py"
    path.write_text("def test_a():\n    pass\n")
    with pytest.raises(KibitzError) as caught:
        await generate_tests(bench, open_document(path), None, None)
    assert caught.value.kind == "unsupported"
    bench.services.use(Settings(trusted=False))
    with pytest.raises(KibitzError) as caught:
        await generate_tests(bench, app(bench), None, None)
    assert caught.value.kind == "untrusted"


async def test_code_that_cannot_be_imported_is_not_the_models_fault(bench: Bench) -> None:
    assert bench.root is not None
    (bench.root / "app.py").write_text("import not_installed_here\n" + CODE)
    with pytest.raises(KibitzError) as caught:
        await ask(bench, fenced(GOOD))
    assert caught.value.kind == "unsupported"
    assert "ModuleNotFoundError" in caught.value.message
    assert bench.scripted is not None
    assert len(bench.scripted.asked) == 1
