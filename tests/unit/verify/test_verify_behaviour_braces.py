"""The same of languages with braces: what keeps behaviour passes, what loses some of it does not."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.behaviour.braces_module import brace_differences
from kibitz.verify.behaviour.check import check_behaviour


def found(language: str, before: str, after: str) -> list[str]:
    assert before != after
    first, second = (Document("file:///a", text, language) for text in (before, after))
    return [d.kind for d in brace_differences(first, second)]


TS = """
import { a } from './a'

export class Store {
  private size = 10

  async put(key: string, value: number): Promise<number> {
    if (this.seen.has(key) && !value) {
      throw new Error(key)
    }
    const row = await this.send(key, value)
    let total = 0
    for (const cell of row.cells) {
      if (cell === null) continue
      if (total >= this.size) break
      total += cell.count
    }
    try {
      this.log(total, key)
    } catch (error) {
      this.failed(error)
    } finally {
      this.close()
    }
    switch (row.kind) {
      case 1:
        return a(total)
      default:
        total++
    }
    return row.ok ? total : this.size
  }
}
"""

GO = """package shop

func (s *Store) Put(key string, value int) (int, error) {
	if s.seen[key] && value > 3 {
		return 0, errSeen
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.send(key, value)
	if err != nil {
		return 0, err
	}
	total := 0
	for i, cell := range row.cells {
		if cell == nil {
			continue
		}
		total += cell.count * i
	}
	switch row.kind {
	case 1, 2:
		go s.log(key)
	default:
		total--
	}
	return total, nil
}
"""

RUST = """
impl Store {
    pub fn put(&mut self, key: &str, value: usize) -> Result<usize, Error> {
        if self.seen(key) && value > 3 {
            return Err(Error::Seen);
        }
        let row = self.send(key, value)?;
        let mut total = 0;
        for cell in row.cells.iter() {
            if let Some(count) = cell.count() {
                total += count;
            }
        }
        match row.kind {
            Kind::Small => self.keep(key),
            Kind::Large if total > 1 => self.trim(key),
            _ => {}
        }
        println!("{} {}", total, key);
        Ok(total + 1)
    }
}
"""

JAVA = """
class Store {
    int put(String key, int value) {
        if (seen(key) && value > 3) {
            throw new IllegalStateException(key);
        }
        Row row = send(key, value);
        int total = 0;
        for (Cell cell : row.cells()) {
            if (cell == null) {
                continue;
            }
            total += cell.count();
        }
        try {
            log(total, key);
        } catch (IOException error) {
            failed(error);
        } finally {
            close();
        }
        rows.forEach(r -> r.add(key));
        return row.ok() ? total : size;
    }
}
"""

TEXTS = {"typescript": TS, "go": GO, "rust": RUST, "java": JAVA}

GOOD = [
    ("typescript", "this.seen.has(key) && !value", "!(!this.seen.has(key) || value)"),
    ("typescript", "if (total >= this.size) break", "if (this.size <= total) {\n        break\n      }"),
    (
        "typescript",
        "    return row.ok ? total : this.size\n",
        "    if (!row.ok) {\n      return this.size\n    }\n    return total\n",
    ),
    (
        "typescript",
        "const row = await this.send(key, value)",
        "const pending = this.send(key, value)\n    const row = await pending",
    ),
    ("typescript", "(error)", "(problem)"),
    (
        "go",
        "if err != nil {\n\t\treturn 0, err\n\t}\n",
        "if nil != err {\n\t\t// failed\n\t\treturn 0, err\n\t}\n",
    ),
    ("go", "total", "sum"),
    ("go", "\t\ttotal += cell.count * i\n", "\t\tcount := cell.count\n\t\ttotal = total + count*i\n"),
    ("go", "s.seen[key] && value > 3", "!(!s.seen[key] || value <= 3)"),
    ("rust", "total", "sum"),
    ("rust", "self.seen(key) && value > 3", "!(!self.seen(key) || 3 >= value)"),
    ("rust", "        Ok(total + 1)\n", "        let all = total + 1;\n        return Ok(all);\n"),
    ("java", "total", "sum"),
    (
        "java",
        "        return row.ok() ? total : size;\n",
        "        if (row.ok()) {\n            return total;\n        } else {\n            return size;\n        }\n",
    ),
    (
        "java",
        "            if (cell == null) {\n                continue;\n            }\n            total += cell.count();\n",
        "            if (cell != null) {\n                total += cell.count();\n            }\n",
    ),
    ("java", "r -> r.add(key)", "each -> each.add(key)"),
]


@pytest.mark.parametrize(("language", "old", "new"), GOOD)
def test_what_stays_the_same(language: str, old: str, new: str) -> None:
    text = TEXTS[language]
    assert old in text
    assert found(language, text, text.replace(old, new)) == []
    assert found(language, text.replace(old, new), text) == []


BAD = [
    ("typescript", "&& !value", "&& value"),
    ("typescript", "&& !value", ""),
    ("typescript", "await this.send", "this.send"),
    ("typescript", "(total, key)", "(key, total)"),
    ("typescript", "break", "continue"),
    ("typescript", "total >= this.size", "total > this.size"),
    ("typescript", "total += cell.count", "total -= cell.count"),
    ("typescript", "      throw new Error(key)\n", ""),
    ("typescript", "    } finally {\n      this.close()\n    }", "    }"),
    ("typescript", "case 1:", "case 2:"),
    ("typescript", "total++", "total--"),
    ("typescript", "? total : this.size", "? this.size : total"),
    ("typescript", "let total = 0", "let total = 1"),
    ("typescript", "size = 10", "size = 11"),
    ("typescript", "  async put", "  put"),
    ("go", "value > 3", "value >= 3"),
    ("go", "defer s.mu.Unlock()", "s.mu.Unlock()"),
    ("go", "return 0, err\n", "return 0, nil\n"),
    ("go", "continue", "break"),
    ("go", "err != nil", "err == nil"),
    ("go", "case 1, 2:", "case 1:"),
    ("go", "go s.log(key)", "s.log(key)"),
    ("go", "cell.count * i", "cell.count"),
    ("go", "	s.mu.Lock()\n", ""),
    ("rust", "?;", ";"),
    ("rust", "Some(count)", "Ok(count)"),
    ("rust", "if total > 1 =>", "=>"),
    ("rust", "self.keep(key)", "self.trim(key)"),
    ("rust", "total, key)", "key, total)"),
    ("rust", "Ok(total + 1)", "Ok(total)"),
    ("rust", "Ok(total + 1)", "Ok(total + 1);"),
    ("java", "&&", "||"),
    ("java", "catch (IOException", "catch (Exception"),
    ("java", "            failed(error);\n", ""),
    ("java", "r.add(key)", "r.add(row)"),
    ("java", "cell == null", "cell != null"),
    ("java", "send(key, value)", "sends(key, value)"),
]


@pytest.mark.parametrize(("language", "old", "new"), BAD)
def test_what_is_not_the_same(language: str, old: str, new: str) -> None:
    text = TEXTS[language]
    assert old in text
    assert "different" in found(language, text, text.replace(old, new))


def test_a_helper_is_read_in_its_place() -> None:
    helper = "\nfunc grow(total int, cell *Cell, i int) int {\n\treturn total + cell.count*i\n}\n"
    after = GO.replace("total += cell.count * i", "total = grow(total, cell, i)") + helper
    assert found("go", GO, after) == []
    assert found("go", GO, after.replace("return total + ", "return ")) == ["different"]


def test_a_variable_that_changes_is_unknown_to_a_function_that_runs_later() -> None:
    before = (
        "function f(s) {\n  let n = 0\n  s.on(() => {\n    if (n) {\n      s.a()\n    }\n    n++\n  })\n}\n"
    )
    assert found("javascript", before, before.replace("s.a()", "s.b()")) == ["different"]
    assert found("javascript", before, before.replace("n++", "n--")) == ["different"]
    renamed = before.replace("let n", "let count").replace("(n)", "(count)").replace("n++", "count++")
    assert found("javascript", before, renamed) == []


def test_a_lost_function_is_missed() -> None:
    text = "function f() {\n  return 1\n}\n\nfunction g() {\n  return 2\n}\n"
    assert found("javascript", text, "function f() {\n  return 1\n}\n") == ["different"]


def test_a_text_that_does_not_parse() -> None:
    before, after = (Document("file:///a", t, "go") for t in (GO, GO + "}"))
    assert check_behaviour(before, after, keeps=True).status == "skipped"
