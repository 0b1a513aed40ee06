"""Gives feedback and takes it back, in threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from engine.registry.history import operator
from engine.workspace import Workspace
from tui.labelling.beside import Beside
from tui.validate.answers import Question
from tui.validate.asker import said
from tui.validate.giving import Given, Verdict, give
from tui.validate.subject import Subject

Place = tuple[int, int]
"""Number of the question, and side."""


class FeedbackBeside(Beside):
    """One judgement at a time, as they come."""

    @dataclass
    class Kept(Message):
        """A judgement is where it belongs, or the sentence that says why not."""

        place: Place
        given: Given | None
        problem: str = ""

    @dataclass
    class Undone(Message):
        """A judgement was taken back, or the sentence that says why not."""

        given: Given
        problem: str = ""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="feedback")
        self._workspace = workspace

    def give(
        self, subject: Subject, verdict: Verdict, question: Question, side: int, right: Mapping[str, Any]
    ) -> None:
        """Keep `right` as what the model should have said."""
        place = (question.number, side)
        prediction = question.answers[side].prediction

        def work() -> Message:
            try:
                given = give(
                    self._workspace,
                    subject,
                    verdict,
                    question.sample,
                    prediction,
                    right,
                    who=operator(),
                    split=question.split,
                )
            except Exception as problem:  # told, and the answer can be judged again
                return self.Kept(place, None, said(problem))
            return self.Kept(place, given)

        self.in_thread(work)

    def undo(self, given: Given) -> None:
        """Take it back."""

        def work() -> Message:
            try:
                if given.undo is not None:
                    given.undo()
            except Exception as problem:  # told
                return self.Undone(given, said(problem))
            return self.Undone(given)

        self.in_thread(work)
