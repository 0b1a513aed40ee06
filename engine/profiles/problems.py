"""What is wrong with a profile: where exactly, and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import ProfileError


@dataclass(frozen=True)
class Place:
    """A position in a file, or the command-line option that brought a value."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Problem:
    """One thing to correct: `utility.yaml:14:7: models.ner.config.epoch: no such field; write epochs`."""

    place: Place
    field: str
    what: str
    fix: str | None = None

    @property
    def where(self) -> str:
        """Place and field, as an error names them."""
        return printable(f"{self.place}: {self.field}" if self.field else str(self.place))

    def __str__(self) -> str:
        return f"{self.where}: {printable(self.what)}" + (f"; {printable(self.fix)}" if self.fix else "")


def printable(text: str) -> str:
    """`text` on one line and without control characters, which a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class InvalidProfileError(ProfileError):
    """A profile with problems: the message is the first one and how many there are; `problems` has all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        others = len(self.problems) - 1
        more = f"{others} more problem{'s' if others > 1 else ''}: see `engine profiles check`" if others else None
        fix = "; ".join(part for part in (first.fix, more) if part)
        super().__init__(printable(first.what), where=first.where, fix=printable(fix) or None)
