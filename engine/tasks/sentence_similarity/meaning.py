"""Meanings, how they are worded in a world, and how alike two of them are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from engine.datasets.numbers import digits, numbers
from engine.datasets.patterns import parse_range
from engine.datasets.recipes import WORLDS, World, grammars, texts_of
from engine.datasets.sampling import in_turn, stream
from engine.datasets.templates import Segment, capitalised
from engine.datasets.vocabulary import Phrase, divide
from engine.tasks.sentence_similarity.recipe import ANY, MODAL, Grading, Recipe

Filling = Phrase | Decimal
"""A concept (its synonyms), or a number."""


@dataclass(frozen=True)
class Meaning:
    """What a sentence says, whatever its words."""

    relation: str
    about: str
    modality: str
    fillings: tuple[tuple[str, Filling], ...]

    def concepts(self) -> set[Phrase]:
        return {filling for _, filling in self.fillings if not isinstance(filling, Decimal)}

    def filled(self, role: str, filling: Filling) -> Meaning:
        """The same with another filling of `role`."""
        pairs = tuple((name, filling if name == role else old) for name, old in self.fillings)
        return replace(self, fillings=pairs)


@dataclass(frozen=True)
class Statement:
    """A meaning in words. `meaning` is None for a sentence of another domain."""

    meaning: Meaning | None
    text: str
    phrasing: str
    detailed: bool = False
    surfaces: tuple[str, ...] = ()
    """The words that fill the roles, before any noise."""


def grade(a: Statement, b: Statement, rule: Grading) -> float:
    """How alike two statements are in meaning, 0 to 1; see docs/data.md for the rule in words."""
    if a.meaning is None or b.meaning is None:
        return 0.0
    if a.meaning.relation != b.meaning.relation:
        return rule.shared_concept if a.meaning.concepts() & b.meaning.concepts() else rule.same_domain
    score = 1.0
    others = dict(b.meaning.fillings)
    for role, filling in a.meaning.fillings:
        if filling != others[role]:
            about = role == a.meaning.about
            score *= rule.quantity if isinstance(filling, Decimal) else rule.subject if about else rule.role
    if a.meaning.modality != b.meaning.modality:
        score *= rule.modality
    if a.detailed != b.detailed:
        score *= rule.detail
    return round(max(score, rule.same_relation), 4)


_WORLDS_OF_SEVEN: tuple[World, ...] = ("train", "train", "train", "train", "validation", "test", "test")


class Teller:
    """Draws meanings of one world and words them."""

    def __init__(self, recipe: Recipe, seed: int, world: World) -> None:
        self.recipe, self.world = recipe, world
        self._grammar = grammars(recipe, seed)[world]
        self._concepts = {name: divide(parts, seed, name).of(world) for name, parts in recipe.concepts.items()}
        self._numbers = {name: by_world[world] for name, by_world in numbers_by_world(recipe, seed).items()}
        self._modals = {name: divide(parts, seed, name).of(world) for name, parts in recipe.modalities.items()}
        self._details = texts_of(divide(recipe.details, seed, "details").of(world))
        self.elsewhere = texts_of(divide(recipe.elsewhere, seed, "elsewhere").of(world))
        self._phrasings = {
            (relation, modality): texts_of(divide(parts, seed, f"{relation}.{modality}").of(world))
            for relation, about in recipe.relations.items()
            for modality, parts in about.phrasings.items()
        }

    def meanings(self, random: Random) -> Iterator[Meaning]:
        """Meanings without end, every relation equally often."""
        for name in in_turn(sorted(self.recipe.relations), random):
            relation = self.recipe.relations[name]
            roles = sorted(relation.roles() & {*self._concepts, *self._numbers})
            yield Meaning(
                name,
                relation.about,
                random.choice([m for m in self.recipe.modalities_of(name) if self.phrasings(name, m)]),
                tuple((role, random.choice(self._fillings(role))) for role in roles),
            )

    def phrasings(self, relation: str, modality: str) -> list[str]:
        """The sentences that can say a relation in a modality."""
        return [*self._phrasings.get((relation, ANY), ()), *self._phrasings.get((relation, modality), ())]

    def otherwise(self, filling: Filling, role: str, random: Random) -> Filling | None:
        """Another filling; for a number one that is easily taken for it (18 and 8)."""
        others: Sequence[Filling] = [other for other in self._fillings(role) if other != filling]
        if isinstance(filling, Decimal):
            mine = set(digits(filling))
            close = [other for other in others if isinstance(other, Decimal) and mine & set(digits(other))]
            others = close or others
        return random.choice(others) if others else None

    def other_modality(self, meaning: Meaning, random: Random) -> str | None:
        """Another modality in which the relation can be said."""
        others = [
            modality
            for modality in self.recipe.modalities_of(meaning.relation)
            if modality != meaning.modality and self.phrasings(meaning.relation, modality)
        ]
        return random.choice(others) if others else None

    def say(self, meaning: Meaning, random: Random, *, like: str = "", unlike: str = "") -> Statement:
        """Word a meaning: with the phrasing `like` where it fits, never with `unlike` where there is another."""
        known = self.phrasings(meaning.relation, meaning.modality)
        phrasing = like if like in known else random.choice([text for text in known if text != unlike] or known)
        bound = {role: self._worded(role, filling, random) for role, filling in meaning.fillings}
        surfaces = tuple(bound.values())
        if meaning.modality:
            modal = random.choice(random.choice(self._modals[meaning.modality]))
            bound[MODAL] = self._plain(modal, random)
        text = self._plain(phrasing, random, bound)
        detailed = bool(self._details) and random.random() < self.recipe.detailed
        if detailed:
            text = f"{text.removesuffix('.')}, {self._plain(random.choice(self._details), random)}."
        return Statement(meaning, self._written(text, random), phrasing, detailed, surfaces)

    def say_elsewhere(self, random: Random) -> Statement:
        """A sentence of another domain."""
        phrasing = random.choice(self.elsewhere)
        return Statement(None, self._written(self._plain(phrasing, random), random), phrasing)

    def specification(self, random: Random) -> str:
        """A further sentence of the specification."""
        sentences = [text for phrase in self.recipe.specification.shared for text in phrase]
        return self._written(self._plain(random.choice(sentences), random), random)

    def _fillings(self, role: str) -> Sequence[Filling]:
        return self._numbers[role] if role in self._numbers else self._concepts[role]

    def _worded(self, role: str, filling: Filling, random: Random) -> str:
        if isinstance(filling, Decimal):
            return self._grammar.number(filling, self.recipe.quantities[role].unit, random)
        return self._plain(random.choice(filling), random)

    def _plain(self, pattern: str, random: Random, bound: dict[str, str] | None = None) -> str:
        return "".join(segment.text for segment in self._grammar.expand(pattern, random, bound))

    def _written(self, text: str, random: Random) -> str:
        segments = self.recipe.noise.apply(capitalised([Segment(text)]), random)
        return "".join(segment.text for segment in segments)


def numbers_by_world(recipe: Recipe, seed: int) -> dict[str, dict[World, list[Decimal]]]:
    """Quantity → world → its numbers. A number with its unit is in the same world for every quantity.

    Of each seven neighbours one is validation's and two are the test's, so every magnitude is everywhere.
    """
    spans = {name: parse_range(quantity.numbers) for name, quantity in recipe.quantities.items()}
    ranges = {name: numbers(span.low, span.high, span.step) for name, span in spans.items()}
    world_of: dict[tuple[str, Decimal], World] = {}
    for unit in sorted({quantity.unit for quantity in recipe.quantities.values()}):
        values = sorted({n for name, span in ranges.items() if recipe.quantities[name].unit == unit for n in span})
        random = stream(seed, "numbers", unit)
        for start in range(0, len(values), len(_WORLDS_OF_SEVEN)):
            worlds = random.sample(_WORLDS_OF_SEVEN, len(_WORLDS_OF_SEVEN))
            world_of.update(((unit, value), world) for value, world in zip(values[start:], worlds, strict=False))
    divided = {}
    for name, span in ranges.items():
        unit = recipe.quantities[name].unit
        divided[name] = {world: [n for n in span if world_of[unit, n] == world] for world in WORLDS}
        if min(map(len, divided[name].values())) < 2:
            raise ValueError(
                f"quantities.{name}: the range {recipe.quantities[name].numbers} is too short to hold numbers out"
            )
    return divided
