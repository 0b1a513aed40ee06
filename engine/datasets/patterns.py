"""The language of patterns: text with slots, alternatives and numbers.

    "Maintain {MEASURE} from the {pole|tower} per {STANDARD}"

    {NAME}                 a phrase of the vocabulary NAME; labelled where NAME is an entity
    {NAME.part}            a vocabulary of its own, with the label NAME: {MEASURE.weight}
    {a|b|}                 one of the alternatives; they nest, and one may be empty
    {18..45}               a whole number; {0.5..9 step 0.5} in steps
    {18..45 feet}          the same, written in one of the forms of the unit `feet`
    {n} {n,} {n words}     in the forms of a unit: the number in digits, with commas, in words
    a(n)                   "a" or "an", by the letter that follows

Braces cannot be written as text.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

MOST_NUMBERS = 1_000_000
"""A range is drawn from by index, but a typing error in one should be told, not used."""
DEEPEST = 20


@dataclass(frozen=True)
class Reference:
    """`{NAME}`."""

    name: str


@dataclass(frozen=True)
class Number:
    """`{n}`, `{n,}` or `{n words}`: the number that the unit's form is about."""

    style: str


@dataclass(frozen=True)
class Range:
    """`{low..high step s unit}`."""

    low: Decimal
    high: Decimal
    step: Decimal
    unit: str

    def draw(self, random: Random) -> Decimal:
        return self.low + self.step * random.randrange(int((self.high - self.low) / self.step) + 1)


@dataclass(frozen=True)
class Choice:
    """`{a|b|c}`."""

    options: tuple[Pattern, ...]


Pattern = tuple[str | Reference | Number | Range | Choice, ...]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_DECIMAL = r"(\d{1,9}(?:\.\d{1,6})?)"
_RANGE = re.compile(rf"{_DECIMAL}\.\.{_DECIMAL}(?: step {_DECIMAL})?(?: ([A-Za-z_][A-Za-z0-9_]*))?")
_NUMBER = {"n": "digits", "n,": "grouped", "n words": "words"}


@functools.lru_cache(maxsize=65_536)
def parse(text: str) -> Pattern:
    """Read a pattern. Raises ValueError that quotes the place and says what may stand there."""
    pattern, end = _read(text, 0, depth=0)
    if end != len(text):
        raise ValueError(f"a }} without its {{ in {text!r}")
    return pattern


def parse_range(text: str) -> Range:
    """Read `18..45`, `0.5..9 step 0.5`, `18..45 feet`. Raises ValueError."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a range: write it as 18..45, 0.5..9 step 0.5 or 18..45 feet")
    low, high, step = Decimal(match[1]), Decimal(match[2]), Decimal(match[3] or 1)
    if step <= 0 or high < low or (high - low) / step > MOST_NUMBERS:
        raise ValueError(f"the range {text!r} is empty or too long: the smaller number comes first")
    return Range(low, high, step, match[4] or "")


def references(pattern: Pattern) -> Iterator[Reference | Range]:
    """Every slot and range of a pattern, in order, alternatives included."""
    for node in pattern:
        if isinstance(node, Choice):
            for option in node.options:
                yield from references(option)
        elif isinstance(node, Reference | Range):
            yield node


def problem_with_pattern(
    text: str, names: Collection[str], units: Collection[str], *, form: bool = False
) -> str | None:
    """What is wrong with a pattern, in words; None when it can be expanded. `form`: the form of a unit."""
    try:
        pattern = parse(text)
    except ValueError as problem:
        return str(problem)
    if not text.strip():
        return "an empty pattern"
    for node in references(pattern):
        known, name = (names, node.name) if isinstance(node, Reference) else (units, node.unit)
        if name and name not in known:
            kind = "vocabulary or slot" if isinstance(node, Reference) else "unit"
            near = difflib.get_close_matches(name, list(known), n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
            return f"there is no {kind} {name!r} in {text!r}; {advice}"
    for option in _options(pattern):
        if option in names:
            braced = f"{{{{{option}}}|…}}"
            return f"{option} in {text!r} is taken as text; in alternatives a name needs its own braces: {braced}"
    if form and any(isinstance(node, Range) and node.unit for node in references(pattern)):
        return f"the form {text!r} uses another unit: write that in a vocabulary"
    if form and not _numbers(pattern):
        return f"the form {text!r} does not use the number: write {{n}}, {{n,}} or {{n words}}"
    if not form and _numbers(pattern):
        return f"{{n}} in {text!r} stands outside the forms of a unit"
    return None


def in_digits(form: str) -> bool:
    """Whether the form of a unit can write a number that has no words."""
    return Number("words") not in parse(form)


def circle(patterns: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Names that refer to each other in a circle; None when there is none."""
    uses = {
        name: {node.name for text in texts for node in references(parse(text)) if isinstance(node, Reference)}
        for name, texts in patterns.items()
    }
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for used in sorted(uses.get(name, ())):
            found = visit(used, [*path, name])
            if found:
                return found
        done.add(name)
        return None

    for name in sorted(uses):
        found = visit(name, [])
        if found:
            return found
    return None


def _options(pattern: Pattern) -> Iterator[str]:
    """Alternatives that are text alone."""
    for node in pattern:
        if isinstance(node, Choice):
            for option in node.options:
                if len(option) == 1 and isinstance(option[0], str):
                    yield option[0]
                yield from _options(option)


def _numbers(pattern: Pattern) -> bool:
    return any(
        isinstance(node, Number) or (isinstance(node, Choice) and any(map(_numbers, node.options)))
        for node in pattern
    )


def _read(text: str, at: int, *, depth: int) -> tuple[Pattern, int]:
    if depth > DEEPEST:
        raise ValueError(f"alternatives nest deeper than {DEEPEST} in {text[:60]!r}")
    nodes: list[str | Reference | Number | Range | Choice] = []
    start = at
    while at < len(text):
        mark = text[at]
        if mark == "{":
            if start < at:
                nodes.append(text[start:at])
            node, at = _read_braces(text, at, depth=depth)
            nodes.append(node)
            start = at
        elif mark == "}" or (depth and mark == "|"):
            break
        else:
            at += 1
    if start < at:
        nodes.append(text[start:at])
    return tuple(nodes), at


def _read_braces(text: str, at: int, *, depth: int) -> tuple[Reference | Number | Range | Choice, int]:
    opening = at
    options: list[Pattern] = []
    while at < len(text) and text[at] in "{|":
        option, at = _read(text, at + 1, depth=depth + 1)
        options.append(option)
    if at >= len(text):
        raise ValueError(f"a {{ without its }} in {text[opening : opening + 60]!r}")
    at += 1
    if len(options) > 1:
        return Choice(tuple(options)), at
    inside = text[opening + 1 : at - 1].strip()
    if inside in _NUMBER:
        return Number(_NUMBER[inside]), at
    if _NAME.fullmatch(inside):
        return Reference(inside), at
    if ".." in inside:
        return parse_range(inside), at
    raise ValueError(f"{{{inside}}} in {text!r} is neither {{NAME}}, nor {{a|b}}, nor {{1..9}}, nor {{1..9 feet}}")
