"""What a label log says: current labels, what can be undone, skips, notes, and the batch or pass under way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.folders.labelling.log import Entry

Rater = tuple[str, int]
"""Who, and in which pass."""


@dataclass
class LabelState:
    """Replayed entries of one taxonomy. `add` takes the next one."""

    taxonomy: str
    entries: list[Entry] = field(default_factory=list)
    """All of the taxonomy, in the order of the log."""
    labels: dict[str, Entry] = field(default_factory=dict)
    """Path → the newest label that was not undone, whoever gave it in whichever pass."""
    by_rater: dict[Rater, dict[str, str]] = field(default_factory=dict)
    """Rater → path → label."""
    skipped: dict[int, set[str]] = field(default_factory=dict)
    """Pass → paths that were put off."""
    notes: dict[str, str] = field(default_factory=dict)
    batch: Entry | None = None
    """The newest batch of the first pass."""
    turns: dict[int, Entry] = field(default_factory=dict)
    """Pass → the entry that chose its folders; the first pass has none."""
    touched: dict[str, Entry] = field(default_factory=dict)
    """Path → its first label entry, undone or not: it holds what the database said before."""
    _done: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Take the next entry of the log; one of another taxonomy changes nothing."""
        if entry.taxonomy != self.taxonomy:
            return
        self.entries.append(entry)
        if entry.act == "undo":
            self._replay()
        else:
            self._take(entry)

    def undoable(self, who: str, turn: int) -> Entry | None:
        """The last thing that this person did in this pass and has not taken back."""
        mine = (entry for entry in reversed(self._done) if (entry.who, entry.turn) == (who, turn))
        return next(mine, None)

    def label_in(self, who: str, turn: int, path: str) -> str:
        """What a rater said of a folder; empty where nothing."""
        return self.by_rater.get((who, turn), {}).get(path, "")

    def decided_in(self, turn: int) -> set[str]:
        """Paths that anybody labelled in a pass."""
        return {path for (_, number), given in self.by_rater.items() if number == turn for path in given}

    def times(self, who: str) -> list[float]:
        """When a person gave the labels that stand, in the order of the log."""
        return [entry.t for entry in self._done if entry.act == "label" and entry.who == who]

    def _take(self, entry: Entry) -> None:
        if entry.act == "label":
            self.touched.setdefault(entry.path, entry)
            self.labels[entry.path] = entry
            self.by_rater.setdefault((entry.who, entry.turn), {})[entry.path] = entry.label
            self.skipped.get(entry.turn, set()).discard(entry.path)
        elif entry.act == "skip":
            self.skipped.setdefault(entry.turn, set()).add(entry.path)
        elif entry.act == "note":
            self.notes[entry.path] = entry.text
        elif entry.act == "batch":
            self.batch = entry
        elif entry.act == "pass":
            self.turns[entry.turn] = entry
        if entry.act in ("label", "skip", "note"):
            self._done.append(entry)

    def _replay(self) -> None:
        undone = {entry.of for entry in self.entries if entry.act == "undo"}
        for container in (self.labels, self.by_rater, self.skipped, self.notes, self.turns, self._done):
            container.clear()
        self.batch = None
        for entry in self.entries:
            if entry.act != "undo" and entry.id not in undone:
                self._take(entry)


def replay(entries: Iterable[Entry], taxonomy: str) -> LabelState:
    """The state after all entries."""
    state = LabelState(taxonomy)
    state.entries.extend(entry for entry in entries if entry.taxonomy == taxonomy)
    for entry in state.entries:
        if entry.act == "label":
            state.touched.setdefault(entry.path, entry)
    state._replay()
    return state
