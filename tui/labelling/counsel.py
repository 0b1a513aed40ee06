"""Suggestions for the folders that are shown now and next: stored ones, or those of a warm model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.folders.labelling.sitting import Sitting
from engine.folders.labelling.suggestions import Suggestion, stored_suggestion
from engine.folders.samples.sample import TrainingSample
from tui.labelling.adviser import Adviser

AHEAD = 12
"""Folders that the model looks at before they are shown."""
MOST_KEPT = 10_000


class Counsel:
    """Remembers what was suggested. The warm model goes before stored predictions: it is the newer one."""

    def __init__(self) -> None:
        self.adviser: Adviser | None = None
        self._known: dict[int, Suggestion] = {}
        self._asking = False

    def take(self, adviser: Adviser | None) -> None:
        """Ask this model from now on; the one before is ended."""
        if self.adviser is not None:
            self.adviser.close()
        self.adviser, self._asking = adviser, False
        self._known.clear()

    def learn(self, suggestions: Mapping[int, Suggestion]) -> None:
        """The model has answered."""
        if len(self._known) > MOST_KEPT:
            self._known.clear()
        self._known.update(suggestions)
        self._asking = False

    def of(self, labelling: Sitting) -> Suggestion | None:
        """What is suggested for the current folder; nothing in a blind pass."""
        sample, opened = labelling.current, labelling.opened
        if sample is None or labelling.blind:
            return None
        if sample.id in self._known:
            found: Suggestion | None = self._known[sample.id]
        elif opened.run:
            found = stored_suggestion(labelling.db, opened.run, opened.taxonomy, sample.id)
        else:
            found = None
        return found if found is not None and found.label in labelling.labels else None

    def to_ask(self, labelling: Sitting) -> Sequence[TrainingSample]:
        """Folders that the model should look at now; none while it is at work or the current one is known."""
        if self.adviser is None or self._asking or labelling.blind or labelling.current is None:
            return ()
        missing = [sample for sample in labelling.ahead(AHEAD) if sample.id not in self._known]
        # One question for several folders: asked anew when half of them are used up.
        urgent = labelling.current.id not in self._known or len(missing) > AHEAD // 2
        self._asking = bool(missing) and urgent
        return missing if self._asking else ()
