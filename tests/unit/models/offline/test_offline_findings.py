"""Bug finding as a whole: ruff, the rules, syntax errors, and what is left out of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models.offline import rules_worker
from kibitz.models.offline.findings import Finding, find_bugs, to_json
from kibitz.models.offline.ruff import severities
from kibitz.text import Document, apply_edits, span
from kibitz.workers.process import find_tool, run_tool
from kibitz.workers.worker import Worker
from support.steps import returned


class Inline:
    """The rules worker without its process."""

    async def call(self, method: str, params: Any) -> Any:
        return returned(rules_worker.METHODS[method](params))


RULES = cast("Worker", Inline())


def document(text: str, language: str = "python", name: str = "module.py") -> Document:
    return Document(f"file:///project/{name}", text, language, path=Path("/project") / name)


async def found(text: str, language: str = "python", name: str = "module.py") -> list[Finding]:
    return await find_bugs(document(text, language, name), None, RULES)


async def codes(text: str, language: str = "python", name: str = "module.py") -> dict[str, str]:
    """Rule -> severity."""
    return {finding.rule: finding.severity for finding in await found(text, language, name)}


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    rules = Worker("kibitz.models.offline.rules_worker", name="rules")
    yield rules
    await rules.close()


async def test_python_findings_come_from_ruff_and_from_the_rules(worker: Worker) -> None:
    text = "import os\n\n\ndef f(xs):\n    if len(xs) >= 0:\n        return undefined\n"
    findings = await find_bugs(document(text), None, worker)
    assert [(f.rule, f.severity, f.range) for f in findings] == [
        ("ruff/F401", "hint", span(0, 7, 0, 9)),
        ("py/length-never-negative", "warning", span(4, 7, 4, 19)),
        ("ruff/F821", "error", span(5, 15, 5, 24)),
    ]
    assert "F821" in findings[2].evidence_detail
    assert "never" in findings[1].message


@pytest.mark.parametrize("prefix", ["", "\ufeff", "s = '🦉'; ", "x = 1\r\n", "x = 1\r", "\f\n"])
async def test_places_are_right_whatever_comes_before(prefix: str) -> None:
    text = prefix + "print(nowhere)\n"
    doc = document(text)
    (finding,) = await find_bugs(doc, None, RULES)
    assert doc.slice(finding.range) == "nowhere"


async def test_safe_fix_is_offered_and_is_exact() -> None:
    doc = document("\ufeffimport os\r\nimport sys\r\nprint(sys.path)\r\n")
    (finding,) = await find_bugs(doc, None, RULES)
    assert finding.fix is not None
    assert "os" in finding.fix.title
    assert apply_edits(doc, finding.fix.edits) == "\ufeffimport sys\r\nprint(sys.path)\r\n"


async def test_rule_fix_becomes_an_edit() -> None:
    doc = document("if (names.indexOf(name)) add(name);\n", "typescript", "a.ts")
    (finding,) = await find_bugs(doc, None, RULES)
    assert finding.fix is not None
    assert apply_edits(doc, finding.fix.edits) == "if (names.includes(name)) add(name);\n"


async def test_python_syntax_error_is_the_only_report_of_a_broken_text() -> None:
    findings = await found("import os\ndef f(:\n    return nowhere\n")
    assert {(f.rule, f.severity) for f in findings} == {("syntax", "error")}
    assert findings[0].range.start.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "type Point[T] = tuple[T, T]\n",
        "try:\n    pass\nexcept* ValueError:\n    pass\n",
        "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n",
        "x = f\"{'a' + f'{1}'}\"\n",
        'x = t"{1}"\n',
        "match 1:\n    case int():\n        pass\n",
    ],
)
async def test_new_python_syntax_is_no_error(text: str) -> None:
    assert await codes(text) == {}


async def test_noqa_holds() -> None:
    assert await codes("import os  # noqa: F401\nprint(nowhere)  # noqa\n") == {}


async def test_imports_of_a_package_and_of_a_probe_are_used() -> None:
    assert await codes("from .a import b\n", name="__init__.py") == {}
    assert await codes("try:\n    import fast\nexcept ImportError:\n    FAST = False\n") == {}
    assert await codes("from .a import b\n") == {"ruff/F401": "hint"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(x=[]):\n    x.append(1)\n    return x\n", {"ruff/B006": "warning"}),
        ("def f(x=[]):\n    return len(x)\n", {"ruff/B006": "hint"}),
        ("def f(a, /, *, x={}):\n    x['a'] = a\n", {"ruff/B006": "warning"}),
        ("def f(_cache={}):\n    _cache[1] = 2\n", {"ruff/B006": "hint"}),
        ("fs = []\nfor i in range(3):\n    fs.append(lambda: i)\n", {"ruff/B023": "warning"}),
        ("for i in range(3):\n    print(max([1], key=lambda x: x + i))\n", {}),
        ("def f(p):\n    p.close\n", {"ruff/B018": "warning"}),
        ("def f(p):\n    p.name\n", {}),
        ("def f(p):\n    try:\n        p.close\n    except TypeError:\n        return 2\n", {}),
        ("def f(xs):\n    for x in xs:\n        xs.remove(x)\n", {"ruff/B909": "warning"}),
        ("def f(xs):\n    for x in xs:\n        xs.append(x)\n", {}),
        ("def f():\n    return 1\ndef f():\n    return 2\n", {"ruff/F811": "warning"}),
        ("import a\nimport a\nprint(a)\n", {"ruff/F811": "hint"}),
        ("globals().update(a=1)\nprint(a)\n", {}),
        ("def keep(x): return x\nprint(keep(1))\ndel keep\n", {}),
        ("__all__ = ['sub']\n", {"ruff/F822": "warning"}),
        ("def f(a): return a < a\n", {"ruff/PLR0124": "warning"}),
        ("def f(a): return a != a\n", {}),
        ("def f(a):\n    a = a\n    return a\n", {"ruff/PLW0127": "warning"}),
        ("TimeoutError = TimeoutError\n", {}),
        ("class A: pass\n__all__ = [A.__name__]\n", {}),
        ("import subprocess\nsubprocess.run('ls', shell=True)\n", {}),
        (
            "import subprocess\ndef f(c): subprocess.run('ls ' + c, shell=True)\n",
            {"ruff/S602": "information"},
        ),
        ("from jaxtyping import Float\ndef f(x: Float[int, 'a b']): return x\n", {}),
        ("def f(): return '%d %d' % (1,)\n", {"ruff/F507": "error"}),
        ("def f(x): raise NotImplemented\n", {"ruff/F901": "error"}),
        ("def f(x): return x is 1\n", {"ruff/F632": "warning"}),
        ("assert (1, 'always')\n", {"ruff/F631": "warning"}),
        ("import time\nasync def f(): time.sleep(1)\n", {"ruff/ASYNC251": "warning"}),
    ],
)
async def test_python_reports_and_doubts(text: str, expected: dict[str, str]) -> None:
    assert await codes(text) == expected


async def test_package_may_export_its_modules() -> None:
    assert await codes("__all__ = ['sub']\n", name="__init__.py") == {}


async def test_every_ruff_code_exists_and_reports() -> None:
    tool = find_tool("ruff")
    assert tool is not None
    known = await run_tool(
        [tool, "check", "--isolated", "--preview", f"--select={','.join(severities())}", "-"]
    )
    assert known.exit_code == 0, known.stderr
    assert "removed" not in known.stderr
    assert "redirect" not in known.stderr


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("javascript", "a.js", "function f( { return 1 }\n"),
        ("typescript", "a.ts", "const x: number = ;\n"),
        ("typescriptreact", "a.tsx", "const a = <div><b></div>;\n"),
        ("go", "a.go", "package a\n\nfunc f( {\n}\n"),
        ("rust", "a.rs", "fn f( -> i32 { 1 }\n"),
        ("java", "A.java", "class A { void f( { } }\n"),
        ("java", "A.java", "class A { void f() { g(1; } }\n"),
        ("lua", "a.lua", "local x = = 1\n"),
    ],
)
async def test_syntax_errors(language: str, name: str, text: str) -> None:
    assert "syntax" in await codes(text, language, name)


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("javascript", "a.js", "// @flow\nconst x: number = (y: any);\n"),
        ("javascript", "a.js", "export { a as null };\n"),
        ("javascript", "a.js", "const x = a + {{ value }};\n"),
        ("typescript", "a.ts", "interface A<in T = never> { x: T }\n"),
        ("rust", "a.rs", "fn f() -> R { let v = try!(g()); v }\n"),
        ("javascript", "a.js", "}}} ((( ]]] const = = ; ) ( } { ] [ ) => => if if ; } ) ( ; @ @ # #\n" * 3),
        ("c", "a.c", "BEGIN(x) int f( { END\n"),
        ("javascriptreact", "a.jsx", "const a = <div>{b}</div>;\n"),
        ("typescriptreact", "a.tsx", "const a = <T,>(x: T) => <b>{x}</b>;\n"),
    ],
)
async def test_dialects_and_new_syntax_are_not_called_errors(language: str, name: str, text: str) -> None:
    assert "syntax" not in await codes(text, language, name)


async def test_language_names_of_editors_are_understood() -> None:
    assert await codes("a = a;", "javascriptreact", "a.jsx") == {"js/self-assignment": "warning"}
    assert await codes("a = a;", "tsx", "a.tsx") == {"js/self-assignment": "warning"}


async def test_unknown_language_is_refused() -> None:
    with pytest.raises(KibitzError) as caught:
        await found("some words", "plaintext", "a.txt")
    assert caught.value.kind == "unsupported"
    assert caught.value.hint


async def test_only_what_touches_the_range_is_reported() -> None:
    doc = document("print(a)\nprint(b)\nprint(c)\n")
    inside = await find_bugs(doc, span(1, 0, 1, 8), RULES)
    assert [doc.slice(f.range) for f in inside] == ["b"]
    assert await find_bugs(doc, span(1, 0, 1, 3), RULES) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("print(a)  # kibitz: ignore\nprint(b)\n", ["b"]),
        ("# kibitz: ignore\nprint(a)\nprint(b)\n", ["b"]),
        ("print(a)  # kibitz: ignore[ruff/F821]\nprint(b)\n", ["b"]),
        ("print(a)  # kibitz: ignore[ruff/F401, ruff/F821]\n", []),
        ("print(a)  # kibitz: ignore[ruff/F401]\n", ["a"]),
        ("print(a)  # kibitz:ignore\nprint(b)\n", ["b"]),
        ("print(a, 'kibitz: ignore')\n", ["a"]),
    ],
)
async def test_ignore_comments(text: str, left: list[str]) -> None:
    doc = document(text)
    assert [doc.slice(f.range) for f in await find_bugs(doc, None, RULES)] == left


async def test_ignore_comment_of_other_languages() -> None:
    assert await codes("a = a; // kibitz: ignore[js/self-assignment]\n", "javascript", "a.js") == {}
    assert await codes("/* kibitz: ignore */\na = a;\n", "javascript", "a.js") == {}


async def test_one_place_is_reported_once_and_long_statements_by_their_first_line() -> None:
    text = "if (a) {\n  b();\n} else {\n  b();\n}\n"
    (finding,) = await found(text, "javascript", "a.js")
    assert finding.range == span(0, 0, 0, 8)


async def test_json_counts_from_one() -> None:
    doc = document("x = '🦉'; print(nowhere)\nimport os\n")
    first, second = [to_json(doc, finding) for finding in await find_bugs(doc, None, RULES)]
    assert first == {
        "line": 1,
        "column": 16,
        "endLine": 1,
        "endColumn": 23,
        "quote": "x = '🦉'; print(nowhere)",
        "severity": "error",
        "rule": "ruff/F821",
        "message": "Undefined name `nowhere`",
        "evidence": {"kind": "static", "detail": first["evidence"]["detail"]},
    }
    assert second["fix"]["edits"] == [{"line": 2, "column": 1, "endLine": 3, "endColumn": 1, "newText": ""}]


async def test_lone_surrogates_do_no_harm() -> None:
    doc = document("x = '\ud800'\nprint(nowhere)\n")
    (finding,) = await find_bugs(doc, None, RULES)
    assert doc.slice(finding.range) == "nowhere"
    assert await codes("x = '\ud800';\na = a;\n", "javascript", "a.js") == {"js/self-assignment": "warning"}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), language=st.sampled_from(["python", "typescript", "go", "ruby", "cpp"]))
async def test_any_text_is_answered_within_its_bounds(text: str, language: str) -> None:
    doc = document(text, language, "x")
    for finding in await find_bugs(doc, None, RULES):
        assert finding.range.start <= finding.range.end <= doc.end
        for edit in finding.fix.edits if finding.fix else ():
            assert edit.range.start <= edit.range.end <= doc.end
