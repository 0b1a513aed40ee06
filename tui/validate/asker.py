"""Loads models and asks them, beside the screen: a key never waits for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from engine.errors import FinetopError
from engine.workspace import Workspace
from tui.labelling.beside import Beside
from tui.predictor import Predictor, Ready, Row
from tui.validate.answers import Answer
from tui.validate.choices import Choice
from tui.validate.subject import Subject, subject_of
from tui.validate.warm import WarmModels

if TYPE_CHECKING:
    from tui.screens.pictured import Pictured


class Asker(Beside):
    """For one screen; the models stay warm in what the application holds."""

    @dataclass
    class Loaded(Message):
        """A model is warm, or the sentence that says why not."""

        side: int
        name: str
        ready: Ready | None
        subject: Subject | None = None
        problem: str = ""

    @dataclass
    class Answered(Message):
        """A model has answered, or the sentence that says why not."""

        side: int
        number: int
        answer: Answer
        picture: Pictured | None = None
        alive: bool = True
        """Whether its process still runs."""

    def __init__(self, workspace: Workspace, warm: WarmModels, clock: Callable[[], float]) -> None:
        super().__init__(id="asker")
        self._workspace, self._warm, self._clock = workspace, warm, clock
        self._asked: dict[int, Predictor] = {}

    def load(self, side: int, choice: Choice, *, keep: Path | None = None) -> None:
        """Warm a model up; `keep` stays warm beside it, every other one ends."""

        def work() -> Message:
            try:
                predictor = self._warm.take(choice.directory, keep)
                self._asked[side] = predictor
                ready = predictor.ready()
            except Exception as problem:  # whatever a model's process does becomes a sentence
                return self.Loaded(side, choice.name, None, problem=said(problem))
            try:
                subject = subject_of(self._workspace, choice.directory)
            except FinetopError:
                subject = None  # it answers, and takes no corrections
            return self.Loaded(side, choice.name, ready, subject)

        self.in_thread(work)

    def drop(self, choice: Choice) -> None:
        """End a model's process, whatever it does."""
        self.in_thread(lambda: self._warm.drop(choice.directory))

    def ask(self, side: int, number: int, sample: Row, *, with_picture: bool) -> None:
        """Ask the model of a side."""
        predictor = self._asked[side]

        def work() -> Message:
            began = self._clock()
            try:
                prediction = predictor.answer([sample])[0]
                took = max(0.0, self._clock() - began)
                picture = self._picture(predictor, sample, prediction) if with_picture else None
            except Exception as problem:  # as above
                return self.Answered(side, number, Answer(problem=said(problem)), alive=predictor.alive)
            return self.Answered(side, number, Answer(prediction, took), picture)

        self.in_thread(work)

    def _picture(self, predictor: Predictor, sample: Row, prediction: Row) -> Pictured | None:
        from tui.screens.pictured import dataset_of, pictured

        references = dataset_of(predictor.directory, self._workspace) if "neighbours" in prediction else None
        return pictured(sample, prediction, references)


def said(problem: Exception) -> str:
    """The sentence of a problem."""
    return str(problem) or type(problem).__name__
