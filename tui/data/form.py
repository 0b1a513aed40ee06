"""A form of one line per value: where the cursor is, what is typed. Pure: every change makes another form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Entry:
    """One value of a form."""

    key: str
    title: str
    value: str = ""
    choices: tuple[str, ...] = ()
    """What it may be, to go through; without them it is typed."""
    hint: str = ""
    """Shown where nothing is typed."""
    origin: str = ""
    """Where the value comes from."""
    help: str = ""
    """A sentence."""
    group: str = ""
    """The heading that it stands under."""
    is_path: bool = False
    """Whether Tab completes it."""


@dataclass(frozen=True)
class Form:
    """Entries, and the cursor."""

    entries: tuple[Entry, ...] = ()
    at: int = 0
    caret: int = 0
    """Where the next letter goes, in the entry that the cursor is on."""

    @property
    def entry(self) -> Entry | None:
        """The one that the cursor is on."""
        return self.entries[self.at] if self.entries else None

    @property
    def values(self) -> dict[str, str]:
        """What stands in it, by key."""
        return {entry.key: entry.value for entry in self.entries}

    def value(self, key: str) -> str:
        """What stands in one entry, without blanks around it; empty where there is no such entry."""
        return next((entry.value.strip() for entry in self.entries if entry.key == key), "")

    # -- the cursor

    def move(self, step: int) -> Form:
        """Up or down."""
        return self.go_to(max(0, min(self.at + step, len(self.entries) - 1)))

    def go_to(self, at: int) -> Form:
        """To an entry, behind what is typed there."""
        if not self.entries:
            return self
        at = max(0, min(at, len(self.entries) - 1))
        return replace(self, at=at, caret=len(self.entries[at].value))

    def go(self, step: int) -> Form:
        """Left or right: through the choices, or through what is typed."""
        entry = self.entry
        if entry is None:
            return self
        if entry.choices:
            place = entry.choices.index(entry.value) if entry.value in entry.choices else -1
            return self.put(entry.choices[(place + step) % len(entry.choices)])
        return replace(self, caret=max(0, min(self.caret + step, len(entry.value))))

    def go_end(self, step: int) -> Form:
        """To the beginning or the end of what is typed."""
        entry = self.entry
        if entry is None or entry.choices:
            return self
        return replace(self, caret=0 if step < 0 else len(entry.value))

    def beside(self, other: Form) -> Form:
        """The same entries with the cursor of another form, where that stands on one of them."""
        entry = other.entry
        at = next((place for place, one in enumerate(self.entries) if entry and one.key == entry.key), None)
        if at is None:
            return self
        return replace(self, at=at, caret=min(other.caret, len(self.entries[at].value)))

    # -- typing

    def type(self, text: str) -> Form:
        """Put letters where the caret is. Of choices, the next that begins with the letter."""
        entry, text = self.entry, "".join(letter for letter in text if letter.isprintable())
        if entry is None or not text:
            return self
        if entry.choices:
            return self._choose(entry, text)
        value = entry.value[: self.caret] + text + entry.value[self.caret :]
        return replace(self.put(value), caret=self.caret + len(text))

    def erase(self, step: int) -> Form:
        """Take away the letter before the caret, or the one behind it."""
        entry = self.entry
        if entry is None or entry.choices:
            return self
        start = self.caret - 1 if step < 0 else self.caret
        if not 0 <= start < len(entry.value):
            return self
        return replace(self.put(entry.value[:start] + entry.value[start + 1 :]), caret=start)

    def clear(self) -> Form:
        """Take away all that is typed."""
        entry = self.entry
        return self if entry is None or entry.choices else replace(self.put(""), caret=0)

    def put(self, value: str) -> Form:
        """Another value where the cursor is."""
        entries = [replace(one, value=value) if place == self.at else one for place, one in enumerate(self.entries)]
        return replace(self, entries=tuple(entries), caret=len(value))

    def _choose(self, entry: Entry, text: str) -> Form:
        begin = [choice for choice in entry.choices if choice.lower().startswith(text.lower())]
        if not begin:
            return self
        later = begin[(begin.index(entry.value) + 1) % len(begin)] if entry.value in begin else begin[0]
        return self.put(later)

    # -- other entries

    def offer(self, entries: Sequence[Entry], kept: Mapping[str, str] | None = None) -> Form:
        """Other entries; the cursor stays on its entry where that is still there. `kept` are values that stay."""
        values = kept or {}
        offered = tuple(
            replace(entry, value=values[entry.key]) if _can_keep(entry, values) else entry for entry in entries
        )
        key = self.entry.key if self.entry is not None else ""
        at = next((place for place, entry in enumerate(offered) if entry.key == key), 0)
        same = bool(offered) and self.entry is not None and offered[at].value == self.entry.value
        caret = self.caret if same else len(offered[at].value) if offered else 0
        return Form(offered, at, caret)


def _can_keep(entry: Entry, values: Mapping[str, str]) -> bool:
    return entry.key in values and (not entry.choices or values[entry.key] in entry.choices)
