"""The datasets beside the screen Curate: listed, opened for review, and made anew without what was dropped."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from engine.curation.review import Review
from engine.workspace import Workspace
from tui.curation.datasets import Curatable, curatable
from tui.labelling.beside import Beside


class DatasetsBeside(Beside):
    """Works in threads and tells by messages."""

    @dataclass
    class Looked(Message):
        """The datasets that there are."""

        datasets: tuple[Curatable, ...]

    @dataclass
    class Opened(Message):
        """A review can begin."""

        review: Review

    @dataclass
    class Applied(Message):
        """The new dataset is there, or the sentence that says why not."""

        said: str
        failed: bool = False

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="datasets-beside")
        self._workspace = workspace
        self.applying = False

    def look(self) -> None:
        """Which datasets are there?"""
        self.in_thread(lambda: self.Looked(curatable(self._workspace)))

    def open(self, dataset: str) -> None:
        """Go through what was found in one."""
        self.in_thread(lambda: self.Opened(Review.open(self._workspace, dataset)))

    def apply(self, review: Review) -> None:
        """Carry the decisions out."""
        self.applying = True

        def work() -> Message:
            from engine.curation.apply import apply_decisions

            try:
                made = apply_decisions(self._workspace, review.dataset)
            except Exception as problem:
                return self.Applied(str(problem) or type(problem).__name__, failed=True)
            warned = "".join(f" But {warning}." for warning in made.warnings)
            return self.Applied(f"Made {made.dataset.id}.{warned}")

        self.in_thread(work)

    def on_datasets_beside_applied(self) -> None:
        self.applying = False
