"""The files of what users of other editors' assistants reported, and their answers given to the pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.text import Document
from kibitz.verify.edit import ProposedEdit, propose
from kibitz.verify.refusal import RefusalError

ROOT = Path("/project")

OUTER = """class Outer:
    def method(self):
        self.kept = "unchanged"
        self.target_a = "before"
        self.target_b = "before"
        self.kept_2 = "unchanged"
"""

LIB = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n\n\n" for n in range(40))

SHARDS = """impl Cache {
    fn shard(&self, hash: u64) -> *mut Shard {
        self.shards.shard(hash)
    }
}

pub struct Shards {
    len: u32,
    arr_offset: u64,
}

impl Shards {
    pub fn init(&mut self, all: &mut Allocator) -> io::Result<()> {
        let size = 8;
        Ok(())
    }
}
"""

OBJECTS = """interface MyObject {
  nextAction: string
  other: string;
  another: string
}

interface SomeOtherObject {
   hello: string;
   world: string
}
"""

STORE = """def store(cs):
    try:
        assert cs.temp_storage_path is not None
        # Updates storage_path to point to the new file
        cs.move()
    finally:
        cs.close()
"""

LARGE = '"""Handlers."""\n\n\n' + "".join(
    f"def handle_{n}(request):\n    if request.ok:\n        data = request.load()\n        if data:\n"
    f"            return data[{n}]\n    return None\n\n\n"
    for n in range(90)
)

RESET = "\nconst resetForm = () => {\n  email.value = '';\n  error.value = '';\n};\n"


def document(text: str, name: str = "a.py", language: str = "python") -> Document:
    """A file of the project as it is open."""
    path = ROOT / name
    return Document(path.as_uri(), text, language, 1, path)


def block(search: str, replace: str) -> str:
    """An answer that replaces lines."""
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


async def proposed(text: str, answer: str, name: str = "a.py", language: str = "python") -> ProposedEdit:
    """What comes of an answer about one file; raises what the pipeline raises."""
    before = document(text, name, language)
    return await propose(answer, before, None, lambda _: before, trusted=False)


async def after(text: str, answer: str, name: str = "a.py", language: str = "python") -> str:
    """The file after an answer that passes all checks."""
    made = await proposed(text, answer, name, language)
    assert made.failed == ()
    assert [file.document.uri for file in made.files] == [document(text, name, language).uri]
    return made.files[0].after.text


async def refusal(text: str, answer: str, name: str = "a.py", language: str = "python") -> RefusalError:
    """Why an answer is refused; fails where it is not."""
    with pytest.raises(RefusalError) as caught:
        await proposed(text, answer, name, language)
    return caught.value
