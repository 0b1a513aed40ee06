"""A sitting of somebody who labels: which folder is shown, and what each keystroke does. Knows no screen.

Each act is in the log before it counts here; the database follows (`labelling.apply_log`), and may lag behind.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.folders.labelling.agreement import Agreement, agreements
from engine.folders.labelling.apply_log import before_of
from engine.folders.labelling.log import Before, Entry, LabelLog, log_path
from engine.folders.labelling.opening import Opened
from engine.folders.labelling.pace import balance, labels_per_hour
from engine.folders.labelling.queue import LabelQueue
from engine.folders.labelling.suggestions import Suggestion
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import TrainingDb

PASS_SIZE = 100
"""Folders of a further pass."""


@dataclass(frozen=True)
class Figures:
    """How far the labelling is."""

    labelled: int
    samples: int
    in_batch: int
    """Labelled of the batch or pass under way."""
    batch: int
    per_hour: float | None
    counts: Mapping[str, int]
    balance: float | None


class Sitting:
    """One person at one taxonomy of one database. `current` is the folder to label; None when all are done."""

    def __init__(
        self, opened: Opened, db: TrainingDb, labels: Sequence[str], who: str, now: Callable[[], float] = time.time
    ) -> None:
        self.opened, self.db, self.labels, self.who, self._now = opened, db, tuple(labels), who, now
        self.state, self.known = opened.state, opened.known
        self.log = LabelLog(log_path(opened.database))
        self.counts = Counter(self.known.values())
        self.current: TrainingSample | None = None
        self._seen: list[int] = []
        """Folders shown before the current one."""
        self._queue = LabelQueue()
        self.turn = 1
        self._enter_turn(self._turn_under_way())
        self.go_on()

    # -- what is shown

    @property
    def blind(self) -> bool:
        """Whether former labels and suggestions are kept from the labeller, so that the passes can be compared."""
        return self.turn > 1

    @property
    def label(self) -> str:
        """The current folder's label as far as the labeller may see it; empty where there is none."""
        if self.current is None:
            return ""
        if self.blind:
            return self.state.label_in(self.who, self.turn, self.current.path)
        return self.known.get(self.current.id, "")

    @property
    def note(self) -> str:
        """The current folder's note."""
        return self.state.notes.get(self.current.path, "") if self.current is not None else ""

    @property
    def skipped(self) -> bool:
        """Whether the current folder was put off."""
        return self.current is not None and self.current.path in self.state.skipped.get(self.turn, ())

    @property
    def figures(self) -> Figures:
        counts = {label: self.counts.get(label, 0) for label in self.labels}
        return Figures(
            labelled=len(self.known),
            samples=self.opened.samples,
            in_batch=self._queue.done_of_batch,
            batch=len(self._queue.batch),
            per_hour=labels_per_hour(self.state.times(self.who)),
            counts=counts,
            balance=balance(list(counts.values())),
        )

    def agreements(self) -> list[Agreement]:
        """How far passes and people agree."""
        return agreements(self.state.by_rater)

    def ahead(self, count: int) -> list[TrainingSample]:
        """The current folder and those that will probably come next, for a model to look at them in time."""
        first = [self.current.id] if self.current is not None else []
        wanted = dict.fromkeys([*first, *self._queue.ahead(count)])
        return [self.db.sample(number) for number in list(wanted)[:count]]

    # -- acts; each is on the disk when it returns. Raise WorkError where it cannot be, and then nothing has changed.

    def give(self, label: str, suggestion: Suggestion | None = None) -> None:
        """Label the current folder, and go on."""
        if self.current is None:
            return
        suggested = suggestion or Suggestion("", 0.0, "")
        self._write(
            "label",
            path=self.current.path,
            label=label,
            suggested=suggested.label,
            confidence=round(suggested.confidence, 4),
            run=suggested.run,
            before=self._before(),
        )
        self._know(self.current.id, label)
        self._queue.decided.add(self.current.id)
        self.go_on()

    def skip(self) -> None:
        """Put the current folder off until all others are done, and go on."""
        if self.current is None:
            return
        self._write("skip", path=self.current.path)
        self._queue.put_off.add(self.current.id)
        self.go_on()

    def write_note(self, text: str) -> None:
        """Keep a note with the current folder."""
        if self.current is not None:
            self._write("note", path=self.current.path, text=text)

    def undo(self) -> Entry | None:
        """Take back the last label, skip or note of this sitting's person and pass, and show its folder."""
        entry = self.state.undoable(self.who, self.turn)
        if entry is None:
            return None
        self._write("undo", of=entry.id)
        number = self.db.ids_of([entry.path]).get(entry.path)
        if number is not None:
            if entry.act == "label":
                self._know_again(number, entry.path)
            self._queue.put_off.discard(number)
            if self.current is not None and self.current.id != number:
                self._queue.come_back(self.current.id)
            self._show(number)
        return entry

    def take_batch(self, paths: Sequence[str], how: str) -> int:
        """Offer these folders before all others; returns how many of them the database holds."""
        known = self.db.ids_of(paths)
        held = tuple(path for path in paths if path in known)
        if held:
            self._write("batch", paths=held, text=how, turn=1)
            self._enter_turn(1)
            self.go_on()
        return len(held)

    def next_pass(self) -> None:
        """Label folders once more, blind, that are labelled already; out of a pass, back to the first."""
        if self.turn > 1:
            self._enter_turn(1)
        else:
            last = max(self.state.turns, default=1)
            if last == 1 or not self._open_of(last):
                last = self._choose_pass(last + 1)
            self._enter_turn(last)
        self.go_on()

    # -- moving without deciding

    def move(self, step: int) -> None:
        """To the folder before, or to the next one; this one stays to be done."""
        if step < 0:
            if self._seen:
                before = self._seen.pop()
                if self.current is not None:
                    self._queue.come_back(self.current.id)
                self.current = self.db.sample(before)
        elif self.current is not None:
            self._queue.pass_by(self.current.id)
            self.go_on()

    def look_for(self, ids: Sequence[int]) -> None:
        """Show these folders one after the other, labelled or not; then go on as before."""
        if ids:
            if self.current is not None:
                self._queue.come_back(self.current.id)
            self._queue.look_at(ids)
            self.go_on()

    def go_on(self) -> None:
        """To the next folder that waits."""
        number = self._queue.next()
        if number is not None:
            self._show(number)
        elif self.current is not None:
            self._seen.append(self.current.id)
            self.current = None

    # -- private

    def _show(self, number: int) -> None:
        if self.current is not None and self.current.id != number:
            self._seen.append(self.current.id)
        self.current = self.db.sample(number)

    def _write(self, act: str, *, turn: int | None = None, **facts: object) -> None:
        entry = Entry(
            id=self.log.next_id(),
            t=self._now(),
            act=act,  # type: ignore[arg-type]
            taxonomy=self.state.taxonomy,
            who=self.who,
            turn=self.turn if turn is None else turn,
            **facts,  # type: ignore[arg-type]
        )
        self.log.append(entry)
        self.state.add(entry)

    def _before(self) -> Before | None:
        """What the database said before the console's first label of the current folder."""
        assert self.current is not None
        if self.current.path in self.state.touched:
            return self.state.touched[self.current.path].before
        return before_of(self.db, self.state.taxonomy, self.current.id)

    def _know(self, number: int, label: str) -> None:
        former = self.known.get(number)
        if former is not None:
            self.counts[former] -= 1
        self.known[number] = label
        self.counts[label] += 1

    def _know_again(self, number: int, path: str) -> None:
        """After an undo: the label that stands now, in this pass and altogether."""
        stands, before = self.state.labels.get(path), self.state.touched[path].before
        label = stands.label if stands is not None else before.label if before is not None else ""
        former = self.known.pop(number, None)
        if former is not None:
            self.counts[former] -= 1
        if label:
            self._know(number, label)
        still = self.state.label_in(self.who, self.turn, path) if self.blind else label
        if not still:
            self._queue.reopen(number)

    # -- passes

    def _turn_under_way(self) -> int:
        mine = [entry.turn for entry in self.state.entries if entry.who == self.who]
        last = mine[-1] if mine else 1
        return last if last > 1 and self._open_of(last) else 1

    def _open_of(self, turn: int) -> list[str]:
        """Paths of a pass that this person has not labelled in it."""
        chosen = self.state.turns.get(turn)
        done = self.state.by_rater.get((self.who, turn), {})
        return [path for path in chosen.paths if path not in done] if chosen is not None else []

    def _choose_pass(self, turn: int) -> int:
        ids = sorted(self.known)
        random.Random(turn).shuffle(ids)
        paths = tuple(self.db.sample(number).path for number in ids[:PASS_SIZE])
        if not paths:
            return 1
        self._write("pass", turn=turn, paths=paths)
        return turn

    def _enter_turn(self, turn: int) -> None:
        self.turn = turn
        chosen = self.state.turns.get(turn) if turn > 1 else self.state.batch
        paths = list(chosen.paths) if chosen is not None else []
        ids = self.db.ids_of(paths)
        # A pass is over when its own folders are; the first goes on to all others.
        rest = [] if turn > 1 else self.opened.order
        self._queue = LabelQueue((ids[path] for path in paths if path in ids), rest)
        if turn > 1:
            done = self.db.ids_of(list(self.state.by_rater.get((self.who, turn), {})))
            self._queue.decided = set(done.values())
        else:
            self._queue.decided = set(self.known)
        self._queue.put_off = set(self.db.ids_of(sorted(self.state.skipped.get(turn, ()))).values())
