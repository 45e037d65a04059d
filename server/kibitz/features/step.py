"""One thing the doctor looked at."""

from __future__ import annotations

from typing import Any

from attrs import frozen


@frozen
class Step:
    """`detail` is what was seen, `mend` what to do where it is not ok. `tried` is false where an earlier step has to be
    mended first."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
    tried: bool = True

    def to_json(self) -> dict[str, Any]:
        """One entry of `kibitz doctor --json`."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "mend": self.mend}
