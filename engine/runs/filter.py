"""The language in which runs are picked out: `task:ner status:failed f1>0.8 age<2d -reason:crash`.

Words match names; what stands side by side must all hold; `or`, `not` (or `-`) and parentheses do as they say.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import InputError
from engine.runs.filter_fields import (
    BY_NAME,
    FIELDS,
    STATES,
    TARGETS,
    Field,
    Operator,
    RunFacts,
    metric_field,
    number_of,
    seconds_of,
    states_of,
    text_test,
)

Test = Callable[[RunFacts, float], bool]
OPERATORS: tuple[Operator, ...] = ("!=", ">=", "<=", ":", "=", ">", "<")
"""Longer ones first: the reader takes the first that fits."""
MOST_CHARACTERS = 500
_DEPTH = 30
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ":": operator.eq, "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


class FilterError(InputError):
    """A filter that cannot be read; `at` is the character where it goes wrong."""

    def __init__(self, what: str, at: int, fix: str) -> None:
        super().__init__(what, where=f"filter, character {at + 1}", fix=fix)
        self.at = at


@dataclass(frozen=True)
class Filter:
    """A filter that was read."""

    text: str
    _test: Test

    def matches(self, facts: RunFacts, now: float) -> bool:
        """Whether a run is meant, at a time."""
        return self._test(facts, now)


def parse_filter(text: str) -> Filter:
    """Read a filter; an empty one matches every run. Raises FilterError."""
    if len(text) > MOST_CHARACTERS:
        raise FilterError("the filter is too long", MOST_CHARACTERS, f"write at most {MOST_CHARACTERS} characters")
    return Filter(text, _Reader(text).read())


class _Reader:
    """Reads from left to right, with one function for each level of the grammar."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def read(self) -> Test:
        if not self._rest():
            return lambda facts, now: True
        test = self._either()
        if self._rest():
            raise FilterError("this parenthesis closes nothing", self.at, "open one before it, or leave it out")
        return test

    def _either(self) -> Test:
        tests = [self._all()]
        while self._takes("or"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda facts, now: any(test(facts, now) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._rest() and self.text[self.at] != ")" and not self._sees("or"):
            self._takes("and")
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda facts, now: all(test(facts, now) for test in tests)

    def _one(self) -> Test:
        if not self._rest() or self.text[self.at] == ")" or self._sees("or") or self._sees("and"):
            raise FilterError("something is missing here", self.at, "write a word, or a field such as status:failed")
        start = self.at
        self.depth += 1
        if self.depth > _DEPTH:
            raise FilterError("this is nested too deeply", start, "use fewer parentheses")
        try:
            return self._inner(start)
        finally:
            self.depth -= 1

    def _inner(self, start: int) -> Test:
        if self._takes("not"):
            return _negated(self._one())
        if self.text[self.at] == "-":
            self.at += 1
            if self.at >= len(self.text) or self.text[self.at].isspace():
                raise FilterError("a minus alone says nothing", start, "write what is not wanted right behind it")
            return _negated(self._one())
        if self.text[self.at] == "(":
            self.at += 1
            test = self._either()
            if not self._rest() or self.text[self.at] != ")":
                raise FilterError("this parenthesis is not closed", start, "close it with )")
            self.at += 1
            return test
        if self.text[self.at] == '"':
            return _word(self._quoted())
        return self._term(start)

    def _term(self, start: int) -> Test:
        name = self._until(lambda place: self._operator(place) is not None or self.text[place] == '"')
        place = self.at
        self._rest()
        found = self._operator(self.at)
        if found is None:
            self.at = place
            return _word(name)
        if not name:
            raise FilterError(f"before {found} stands no field", start, f"write one, such as {FIELDS[1].example}")
        self.at += len(found)
        self._rest()
        value_at = self.at
        quoted = value_at < len(self.text) and self.text[value_at] == '"'
        value = self._quoted() if quoted else self._until(lambda place: False)
        return _comparison(name, found, value, start, value_at)

    # -- characters

    def _rest(self) -> bool:
        """Skip spaces; whether anything follows."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _until(self, ends: Callable[[int], bool]) -> str:
        start = self.at
        while self.at < len(self.text) and not (
            self.text[self.at].isspace() or self.text[self.at] in "()" or ends(self.at)
        ):
            self.at += 1
        return self.text[start : self.at]

    def _quoted(self) -> str:
        start = self.at
        end = self.text.find('"', start + 1)
        if end < 0:
            raise FilterError("this quotation mark is not closed", start, 'close it with "')
        self.at = end + 1
        return self.text[start + 1 : end]

    def _operator(self, place: int) -> Operator | None:
        return next((one for one in OPERATORS if self.text.startswith(one, place)), None)

    def _sees(self, keyword: str) -> bool:
        self._rest()
        end = self.at + len(keyword)
        if self.text[self.at : end].lower() != keyword:
            return False
        return end == len(self.text) or self.text[end].isspace() or self.text[end] in "()"

    def _takes(self, keyword: str) -> bool:
        seen = self._sees(keyword)
        self.at += len(keyword) if seen else 0
        return seen


def _negated(test: Test) -> Test:
    return lambda facts, now: not test(facts, now)


def _word(word: str) -> Test:
    is_meant = text_test(f"*{word}*" if "*" in word else word, exact=False)
    state = word.lower()
    return lambda facts, now: is_meant(facts.names) or facts.view.state == state


def _comparison(name: str, found: Operator, value: str, at: int, value_at: int) -> Test:
    field = BY_NAME.get(name.lower())
    if field is None:
        if found == ":":
            known = ", ".join(entry.name for entry in FIELDS)
            raise FilterError(f"there is no field {name!r}", at, f"use one of {known}; or a metric: {name}>0.8")
        field = metric_field(name)
    if not value:
        raise FilterError(f"{name}{found} wants a value", value_at, f"as in {field.example}")
    if field.kind == "text":
        return _of_text(field, found, value, at)
    if field.kind in ("state", "target"):
        return _of_choice(field, found, value, at, value_at)
    return _of_number(field, found, value, value_at)


def _of_text(field: Field, found: Operator, value: str, at: int) -> Test:
    if found not in (":", "=", "!="):
        raise FilterError(f"{field.name} is no number", at, f"as in {field.example}")
    is_meant = text_test(value, exact=found != ":")
    wanted = found != "!="
    return lambda facts, now: any(is_meant(text) for text in field.text(facts)) is wanted


def _of_choice(field: Field, found: Operator, value: str, at: int, value_at: int) -> Test:
    if found not in (":", "=", "!="):
        raise FilterError(f"{field.name} is no number", at, f"as in {field.example}")
    wanted = found != "!="
    if field.kind == "state":
        states = states_of(value)
        if not states:
            raise FilterError(f"there is no state {value!r}", value_at, f"use one of {', '.join(STATES)}")
        return lambda facts, now: (facts.view.state in states) is wanted
    if value.lower() not in TARGETS:
        raise FilterError(f"a target is not {value!r}", value_at, f"use one of {', '.join(TARGETS)}")
    chosen = value.lower()
    return lambda facts, now: (facts.target == chosen) is wanted


def _of_number(field: Field, found: Operator, value: str, value_at: int) -> Test:
    if field.kind == "duration":
        limit, wants = seconds_of(value), "a time with its unit: 90s, 5m, 1h30m, 2d, 1w"
    else:
        limit, wants = number_of(value), f"a number, as in {field.example}"
    if limit is None:
        raise FilterError(f"{value!r} cannot be compared with {field.name}", value_at, f"write {wants}")
    compare, bound, number = _COMPARE[found], limit, field.number

    def test(facts: RunFacts, now: float) -> bool:
        figure = number(facts, now)
        return figure is not None and compare(figure, bound)

    return test
