"""Training, proposals and export beside the screen Label: started in threads, followed by what the feed says."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from engine.folders.labelling.sitting import Sitting
from engine.workspace import Workspace
from tui.feed.model import Snapshot
from tui.labelling.beside import Beside
from tui.labelling.chores import Proposed, export, propose, train_on_labels
from tui.labelling.place import LabelSet

ENDED = frozenset({"done", "stopped", "failed", "lost"})


class Learning(Beside):
    """At most one of each at a time."""

    class Said(Message):
        """How something goes, in one line."""

        def __init__(self, text: str, *, failed: bool = False) -> None:
            super().__init__()
            self.text, self.failed = text, failed

    class Trained(Message):
        """A run that was started here has ended with a model."""

        def __init__(self, run: str, text: str) -> None:
            super().__init__()
            self.run, self.text = run, text

    class Batch(Message):
        """Folders to label next."""

        def __init__(self, taxonomy: str, proposed: Proposed) -> None:
            super().__init__()
            self.taxonomy, self.proposed = taxonomy, proposed

    class _Started(Message):
        def __init__(self, run: str) -> None:
            super().__init__()
            self.run = run

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="learning")
        self._workspace = workspace
        self._sitting: tuple[Sitting, LabelSet] | None = None
        self.run = ""
        """The run that was started here and goes on."""
        self._busy: set[str] = set()
        self._last = ""

    def sit(self, labelling: Sitting, wanted: LabelSet) -> None:
        """From now on it is about these labels."""
        self._sitting = (labelling, wanted)

    # -- training

    def train(self, preset: str) -> None:
        """Start a run on the labels."""
        if self._sitting is not None:
            (labelling, wanted), workspace = self._sitting, self._workspace
            database = labelling.opened.database
            self._once(
                "train",
                lambda: self._Started(train_on_labels(workspace, database, wanted, preset)),
                begins="Making a dataset of the labels ...",
            )

    def on_learning__started(self, event: _Started) -> None:
        event.stop()
        self.run = event.run
        self.post_message(self.Said(f"Started {event.run}: go on labelling, it suggests when it is done."))

    def follow(self, snapshot: Snapshot) -> None:
        """Say how the run goes, where that has changed."""
        found = snapshot.find(self.run) if self.run else None
        if found is None or found.view is None:
            return
        view, text = found.view, ""
        if view.state in ENDED:
            score = f", {view.headline} {view.score:.3f}" if view.score is not None else ""
            reason = f" ({view.reason})" if view.reason and view.reason != view.state else ""
            text = f"{self.run}: {view.state}{reason}{score}"
            run, self.run = self.run, ""
            if found.has_model:
                self.post_message(self.Trained(run, text))
            else:
                self.post_message(self.Said(f"{text}. Monitor (F3) shows its log.", failed=True))
            return
        progress = view.progress
        if progress is not None and progress.steps:
            # Tens: a line that changes with each step would send bytes for ever.
            text = f"{self.run}: {progress.phase} {progress.step * 10 // progress.steps * 10} %"
        else:
            text = f"{self.run}: {view.state}"
        if text != self._last:
            self._last = text
            self.post_message(self.Said(text))

    # -- proposals and export

    def propose(self, run: str) -> None:
        """Look for the folders to label next; `run` is the model that may be asked, empty where there is none."""
        if self._sitting is not None:
            (labelling, wanted), workspace = self._sitting, self._workspace
            database, known = labelling.opened.database, len(labelling.known)
            self._once(
                "propose",
                lambda: self.Batch(wanted.name, propose(workspace, database, wanted, run, known)),
                begins="Looking for the folders that teach most: go on meanwhile.",
            )

    def export(self) -> None:
        """Write the labels out."""
        if self._sitting is None:
            return
        opened = self._sitting[0].opened

        def work() -> Message:
            path, count = export(opened.database, opened.taxonomy)
            return self.Said(f"Wrote {count:,} labels to {path}")

        self._once("export", work)

    def busy(self, what: str) -> bool:
        """Whether it is at this."""
        return what in self._busy

    def _once(self, what: str, work: Callable[[], Message], begins: str = "") -> None:
        if what in self._busy:
            return
        self._busy.add(what)
        if begins:
            self.post_message(self.Said(begins))

        def guarded() -> Message:
            try:
                return work()
            except Exception as problem:
                return self.Said(str(problem) or type(problem).__name__, failed=True)
            finally:
                self._busy.discard(what)

        self.in_thread(guarded)
