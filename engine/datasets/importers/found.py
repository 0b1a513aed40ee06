"""What an import finds: rows with the place they stand at, and problems."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import DataError

KEPT_PROBLEMS = 5
SKIP_ADVICE = "or leave bad rows out with --skip-bad"


@dataclass(frozen=True)
class Found:
    """A row and where it stands."""

    row: dict[str, Any]
    where: str
    split: str | None = None

    def in_split(self, split: str | None) -> Found:
        """The same, in the split that the source is for; a split of the row's own stands."""
        return self if self.split else replace(self, split=split)


def as_text(said: str) -> str:
    """What a manifest, which is UTF-8, can keep: the name of a file may hold bytes that are no text."""
    return said.encode("utf-8", "backslashreplace").decode()


@dataclass
class Problems:
    """Bad rows: the first one ends the import, or with `skip` all are counted and left out."""

    skip: bool
    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, where: str, what: str, fix: str) -> None:
        """Count a bad row. Raises DataError unless bad rows are skipped."""
        if not self.skip:
            raise DataError(what, where=where, fix=f"{fix}, {SKIP_ADVICE}")
        self.count += 1
        if len(self.first) < KEPT_PROBLEMS:
            self.first.append(as_text(f"{where}: {what}"))

    def add_if(self, where: str, what: str | None, fix: str) -> bool:
        """Count a bad row if there is a problem; says whether there was."""
        if what is not None:
            self.add(where, what, fix)
        return what is not None
