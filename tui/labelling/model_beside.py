"""The warm model beside the screen Label: asked in threads, and heard of when it has answered."""

from __future__ import annotations

from collections.abc import Mapping

from textual.message import Message

from engine.folders.labelling.sitting import Sitting
from engine.folders.labelling.suggestions import Suggestion
from engine.workspace import Workspace
from tui.labelling.adviser import Adviser, explain, model_for
from tui.labelling.beside import Beside
from tui.labelling.counsel import Counsel
from tui.labelling.place import LabelSet
from tui.labelling.why import Why


class ModelBeside(Beside):
    """Suggestions and reasons. `find` looks for a model; nothing is asked before."""

    class Changed(Message):
        """There is something new to show; `problem` is a sentence where there is not."""

        def __init__(self, problem: str = "") -> None:
            super().__init__()
            self.problem = problem

    class _Loaded(Message):
        def __init__(self, adviser: Adviser | None, problem: str = "") -> None:
            super().__init__()
            self.adviser, self.problem = adviser, problem

    class _Suggested(Message):
        def __init__(self, adviser: Adviser, suggestions: Mapping[int, Suggestion], problem: str = "") -> None:
            super().__init__()
            self.adviser, self.suggestions, self.problem = adviser, suggestions, problem

    class _Explained(Message):
        def __init__(self, sample: int, why: Why) -> None:
            super().__init__()
            self.sample, self.why = sample, why

    def __init__(self) -> None:
        super().__init__(id="model-beside")
        self._counsel = Counsel()
        self._loading = ""
        """The run whose model is being loaded."""
        self._asked_why: int | None = None
        self.why: Why | None = None
        """The answer to the last `explain`, when it is there."""
        self.explaining = False
        """Whether reasons are shown."""

    def on_unmount(self) -> None:
        self._counsel.take(None)

    @property
    def run(self) -> str:
        """The run whose model is warm; empty where none is."""
        return self._counsel.adviser.model.run if self._counsel.adviser is not None else ""

    @property
    def warming(self) -> bool:
        """Whether a model is on its way."""
        return bool(self._loading)

    def suggestion(self, labelling: Sitting | None) -> Suggestion | None:
        """What is suggested for the current folder, as far as it is known."""
        return self._counsel.of(labelling) if labelling is not None else None

    def forget(self) -> None:
        """Another taxonomy: what was said before does not count."""
        self._counsel.take(None)
        self._loading = ""
        self.unexplain()

    # -- the model

    def find(self, workspace: Workspace, wanted: LabelSet) -> None:
        """Load the newest model of the taxonomy, unless it is the one that is warm."""
        known = {self.run, self._loading}

        def work() -> Message | None:
            model = model_for(workspace, wanted)
            if model is None or model.run in known:
                return None
            self._loading = model.run
            adviser = Adviser(model)
            try:
                adviser.ready()
            except Exception as problem:
                adviser.close()
                return self._Loaded(None, str(problem) or type(problem).__name__)
            return self._Loaded(adviser)

        self.in_thread(work)

    def on_model_beside__loaded(self, event: _Loaded) -> None:
        event.stop()
        self._loading = ""
        if event.adviser is not None:
            self._counsel.take(event.adviser)
        self.post_message(self.Changed(event.problem))

    # -- suggestions

    def look(self, labelling: Sitting) -> None:
        """Let the model look at the folders that are shown now and next, if it has not."""
        adviser, samples = self._counsel.adviser, self._counsel.to_ask(labelling)
        if adviser is None or not samples:
            return

        def work() -> Message:
            try:
                return self._Suggested(adviser, adviser.suggest(samples))
            except Exception as problem:
                return self._Suggested(adviser, {}, str(problem) or type(problem).__name__)

        self.in_thread(work)

    def on_model_beside__suggested(self, event: _Suggested) -> None:
        event.stop()
        if event.adviser is not self._counsel.adviser:
            return
        if event.problem:
            # A model that fails is asked no more: it would fail at every folder.
            self._counsel.take(None)
        else:
            self._counsel.learn(event.suggestions)
        self.post_message(self.Changed(event.problem))

    # -- reasons

    def toggle_explaining(self) -> None:
        """Show reasons from now on, or no more."""
        self.explaining = not self.explaining
        if not self.explaining:
            self.unexplain()

    def explain(self, labelling: Sitting) -> None:
        """Where reasons are shown: look for the labelled folders that are most like the current one."""
        sample, adviser = labelling.current, self._counsel.adviser
        if not self.explaining or sample is None:
            return
        database, known = labelling.opened.database, list(labelling.known.items())
        self._asked_why, self.why = sample.id, None

        def work() -> Message:
            try:
                return self._Explained(sample.id, explain(database, sample, known, adviser))
            except Exception as problem:
                return self._Explained(sample.id, Why((), "", str(problem) or type(problem).__name__))

        self.in_thread(work)

    def unexplain(self) -> None:
        """Forget the last question."""
        self._asked_why = self.why = None

    def on_model_beside__explained(self, event: _Explained) -> None:
        event.stop()
        if event.sample == self._asked_why:
            self.why = event.why
            self.post_message(self.Changed())
