"""Which models are asked, and what the operator said of the last answer. Touches no disk and no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui.predictor import Ready
from tui.theme import Role
from tui.validate.answers import Answer, Question
from tui.validate.choices import Choice
from tui.validate.giving import Given
from tui.validate.subject import Subject
from tui.widgets.cells import Line


@dataclass(frozen=True)
class Side:
    """A model that is asked, or about to be."""

    choice: Choice
    since: float
    """When its loading began."""
    ready: Ready | None = None
    subject: Subject | None = None


class State:
    """Sides, the question, and judgements of it."""

    def __init__(self) -> None:
        self.sides: dict[int, Side] = {}
        self.question: Question | None = None
        self.judged = 0
        """The side that is accepted, rejected or corrected."""
        self._numbers = 0
        self._said: dict[tuple[int, int], Given] = {}
        self._pending: set[tuple[int, int]] = set()

    @property
    def first(self) -> Side | None:
        return self.sides.get(0)

    @property
    def beside(self) -> Side | None:
        return self.sides.get(1)

    @property
    def loading(self) -> list[Side]:
        """Those that are not warm yet."""
        return [side for side in self.sides.values() if side.ready is None]

    @property
    def ready(self) -> bool:
        """Whether a question can be asked."""
        return bool(self.sides) and not self.loading

    @property
    def asking(self) -> list[int]:
        """Sides whose answer is not there yet."""
        if self.question is None:
            return []
        return [side for side in self.sides if side not in self.question.answers]

    def warmed(self, side: int, name: str, ready: Ready | None, subject: Subject | None) -> bool:
        """A model is warm, or failed; whether it is one that is still wanted."""
        there = self.sides.get(side)
        if there is None or there.choice.name != name:
            return False
        if ready is None:
            del self.sides[side]
        else:
            self.sides[side] = replace(there, ready=ready, subject=subject)
        return True

    def ask(self, sample: Mapping[str, Any], split: str = "") -> Question:
        """A new question."""
        self._numbers += 1
        self.question = Question(self._numbers, sample, split)
        return self.question

    def answered(self, side: int, number: int, answer: Answer) -> bool:
        """Take an answer; whether it is to the question of now."""
        if self.question is None or self.question.number != number or side not in self.sides:
            return False
        self.question = replace(self.question, answers={**self.question.answers, side: answer})
        return True

    # -- judgements

    def can_judge(self, *, correct: bool = False) -> bool:
        """Whether the answer can be accepted or rejected now; corrected, what was only rejected can be, too."""
        side, question = self.sides.get(self.judged), self.question
        if question is None or side is None or side.subject is None or not side.subject.takes:
            return False
        place = (question.number, self.judged)
        if question.told(self.judged) is None or place in self._pending:
            return False
        said = self._said.get(place)
        return said is None or (correct and said.verdict == "rejected")

    def begin(self) -> None:
        """A judgement is on its way."""
        if self.question is not None:
            self._pending.add((self.question.number, self.judged))

    def settle(self, place: tuple[int, int], given: Given | None) -> Given | None:
        """It arrived, or failed; hands back an earlier one that it takes the place of."""
        self._pending.discard(place)
        if given is None:
            return None
        before = self._said.get(place)
        self._said[place] = given
        return before

    def take_back(self, given: Given) -> None:
        """It was undone: the answer can be judged anew."""
        self._said = {place: one for place, one in self._said.items() if one is not given}

    def marks(self, side: int, *, ascii_only: bool = False) -> Line:
        """What was said of an answer."""
        if self.question is None or (self.question.number, side) not in self._said:
            return ()
        verdict = self._said[self.question.number, side].verdict
        glyphs = {"accepted": "+✓", "rejected": "x✗", "corrected": "*✎"}
        role = {"accepted": Role.REACHED, "rejected": Role.ERROR, "corrected": Role.ACTIVE}[verdict]
        return ((f"{glyphs[verdict][0 if ascii_only else 1]} {verdict} by you", role),)
