"""Undefined names, by the scopes of the tree."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.names_in_scope import check_scopes

TS = "import { load } from './load'\n\nexport function f(rows: Row[]) {\n  const first = rows[0]\n  return load(first.name)\n}\n"
GO = "package a\n\nfunc f(rows []Row) string {\n\tfirst := rows[0]\n\treturn load(first.Name)\n}\n"


@pytest.mark.parametrize(
    ("language", "text", "old", "new", "status", "detail"),
    [
        ("typescript", TS, "load(first.name)", "lode(first.name)", "failed", "not defined: lode"),
        ("typescript", TS, "const first", "const row", "failed", "not defined: first"),
        ("typescript", TS, "first", "row", "passed", ""),
        ("typescript", TS, "first.name", "first.title", "passed", ""),
        ("typescript", TS, "load(first.name)", "load(JSON.stringify(first))", "passed", ""),
        ("typescript", TS, "load(first.name)", "rows.map((row) => row.name)", "passed", ""),
        ("go", GO, "first :=", "row :=", "failed", "not defined: first"),
        ("go", GO, "load(first.Name)", "lode(first.Name)", "skipped", "another file may have lode"),
        ("go", GO, "first", "row", "passed", ""),
        ("go", GO, "return load", "return = load", "skipped", "a version does not parse"),
        ("plaintext", "a", "a", "b", "skipped", "names are not checked in plaintext"),
    ],
)
def test_names(language: str, text: str, old: str, new: str, status: str, detail: str) -> None:
    before, after = (Document("file:///a", t, language) for t in (text, text.replace(old, new)))
    check = check_scopes(before, after)
    assert (check.status, check.detail) == (status, detail)
