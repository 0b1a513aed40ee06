"""Makes graded pairs and unlabelled text from a recipe, in splits that do not leak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from engine.datasets.leaks import Known, check_leaks, plain
from engine.datasets.progress import Told, untold
from engine.datasets.recipes import WORLDS, World
from engine.datasets.sampling import in_turn, quotas, split_sizes, stream
from engine.errors import DataError
from engine.tasks.contract import Generated, Row
from engine.tasks.sentence_similarity.meaning import Meaning, Statement, Teller, grade
from engine.tasks.sentence_similarity.recipe import Recipe

PARAPHRASE, SAME_TOPIC, UNRELATED = "paraphrase", "same_topic", "unrelated"
MOST_REDRAWS = 200
"""For one pair, before the recipe is called too small."""
CHANGES = ("quantity", "modality", "quantity", "modality", "subject", "role", "two", "relation")
"""What a pair of the same topic differs in, in turn: the hard negatives, high in common words, come twice."""
SAME_WORDING = 0.6
"""Part of the changed statements that keep the wording of the first, so that words do not give the score away."""


@dataclass(frozen=True)
class Pair:
    a: Statement
    b: Statement
    score: float
    kind: str
    group: str


def generate(recipe: Recipe, seed: int, told: Told = untold) -> Generated:
    """Rows of `train`, `validation`, `test` and `unlabelled`. Raises DataError when the recipe is too small."""
    train, validation, test = split_sizes(recipe.pairs)
    validation_seen, test_seen = round(validation * recipe.seen_share), round(test * recipe.seen_share)
    try:
        writer = _Writer(recipe, seed, told)
    except ValueError as problem:
        raise DataError(str(problem), where="recipe", fix="see docs/data.md") from problem

    learnt = writer.write("train", "train", train, Known())
    unlabelled = writer.unlabelled(recipe.unlabelled)
    known = Known(_texts(learnt) + unlabelled)
    watched = writer.write("train", "validation seen", validation_seen, known)
    watched += writer.write("validation", "validation", validation - validation_seen, known, held_out=True)
    known = Known(_texts(learnt + watched) + unlabelled)
    repeated = writer.write("train", "test seen", test_seen, known)
    surprising = writer.write("test", "test unseen", test - test_seen, known, held_out=True)

    check_leaks(
        known,
        _texts(repeated + surprising),
        [surface for pair in surprising for one in (pair.a, pair.b) for surface in one.surfaces],
        "training, validation or the unlabelled text",
    )
    splits = {
        "train": [as_row(pair) for pair in learnt],
        "validation": [as_row(pair) for pair in watched],
        "test": [as_row(pair, "seen") for pair in repeated] + [as_row(pair, "unseen") for pair in surprising],
        "unlabelled": [{"text": text} for text in unlabelled],
    }
    for name, rows in splits.items():
        stream(seed, "order", name).shuffle(rows)
    return Generated(splits, _notes(recipe, writer, splits))


def as_row(pair: Pair, part: str = "") -> Row:
    row: Row = {"a": pair.a.text, "b": pair.b.text, "score": pair.score, "kind": pair.kind, "group": pair.group}
    return {**row, "slice": part} if part else row


class _Writer:
    """Writes pairs of each world, no pair twice."""

    def __init__(self, recipe: Recipe, seed: int, told: Told) -> None:
        self.recipe, self.seed, self.told = recipe, seed, told
        self.tellers: dict[World, Teller] = {world: Teller(recipe, seed, world) for world in WORLDS}
        self.pairs: set[frozenset[str]] = set()
        self.redrawn = 0

    def write(self, world: World, purpose: str, count: int, known: Known, held_out: bool = False) -> list[Pair]:
        """`count` pairs, no text of which is known; `held_out`: nor a phrase that fills a role."""
        random = stream(self.seed, purpose)
        drawing = _Drawing(self.tellers[world], random)
        mix = self.recipe.mix
        shares = quotas((mix.paraphrase, mix.same_topic, mix.unrelated), count)
        kinds = [PARAPHRASE] * shares[0] + [SAME_TOPIC] * shares[1] + [UNRELATED] * shares[2]
        random.shuffle(kinds)
        pairs = []
        for kind in kinds:
            for _ in range(MOST_REDRAWS):
                pair = drawing.pair(kind)
                if pair is not None and self._is_new(pair, known, held_out):
                    pairs.append(pair)
                    self.told("pairs written", len(self.pairs), self.recipe.pairs)
                    break
                self.redrawn += 1
            else:
                raise DataError(
                    f"the recipe makes too few different pairs for {purpose}: {len(pairs)} of {count}",
                    where="recipe",
                    fix="add phrasings, concepts or longer ranges to that part, or ask for fewer pairs",
                )
        return pairs

    def unlabelled(self, count: int) -> list[str]:
        """Sentences in training's words, no text twice: clauses, and those of `specification`."""
        random = stream(self.seed, "unlabelled")
        teller = self.tellers["train"]
        meanings = teller.meanings(random)
        texts: dict[str, str] = {}
        draws = 0
        while len(texts) < count:
            draws += 1
            if draws > count * MOST_REDRAWS:
                raise DataError(
                    f"the recipe makes too few different sentences: {len(texts)} of {count}",
                    where="recipe",
                    fix="add phrasings or sentences under `specification`, or ask for fewer `unlabelled`",
                )
            further = bool(self.recipe.specification.shared) and draws % 4 == 0
            text = teller.specification(random) if further else teller.say(next(meanings), random).text
            texts.setdefault(plain(text), text)
        return list(texts.values())

    def _is_new(self, pair: Pair, known: Known, held_out: bool) -> bool:
        texts = (pair.a.text, pair.b.text)
        key = frozenset(map(plain, texts))
        if len(key) < 2 or key in self.pairs or any(map(known.has, texts)):
            return False
        if held_out and any(known.holds(surface) for one in (pair.a, pair.b) for surface in one.surfaces):
            return False
        self.pairs.add(key)
        return True


class _Drawing:
    """Draws pairs of each kind in one world."""

    def __init__(self, teller: Teller, random: Random) -> None:
        self._teller, self._random = teller, random
        self._meanings = teller.meanings(random)
        self._changes: Iterator[str] = in_turn(CHANGES, random)

    def pair(self, kind: str) -> Pair | None:
        """A pair of `kind`; None when the meaning drawn does not allow it."""
        meaning = next(self._meanings)
        a = self._teller.say(meaning, self._random)
        b = {PARAPHRASE: self._paraphrase, SAME_TOPIC: self._changed, UNRELATED: self._unrelated}[kind](meaning, a)
        if b is None:
            return None
        if self._random.random() < 0.5:
            a, b = b, a
        group = meaning.relation if kind != UNRELATED else UNRELATED
        return Pair(a, b, grade(a, b, self._teller.recipe.grading), kind, f"{self._teller.world}: {group}")

    def _paraphrase(self, meaning: Meaning, a: Statement) -> Statement:
        return self._teller.say(meaning, self._random, unlike=a.phrasing)

    def _changed(self, meaning: Meaning, a: Statement) -> Statement | None:
        change = next(self._changes)
        if change == "relation":
            return self._same_thing(meaning)
        changed: Meaning | None = meaning
        for one in ("subject", self._random.choice(("quantity", "modality"))) if change == "two" else (change,):
            changed = self._change(changed, one) if changed else None
        if changed is None:
            return None
        keep = self._random.random() < SAME_WORDING
        return self._teller.say(changed, self._random, like=a.phrasing if keep else "")

    def _change(self, meaning: Meaning, change: str) -> Meaning | None:
        if change == "modality":
            modality = self._teller.other_modality(meaning, self._random)
            return replace(meaning, modality=modality) if modality is not None else None
        roles = [role for role, _ in meaning.fillings if _kind_of_role(meaning, role) == change]
        if not roles:
            return None
        role = self._random.choice(roles)
        other = self._teller.otherwise(dict(meaning.fillings)[role], role, self._random)
        return meaning.filled(role, other) if other is not None else None

    def _same_thing(self, meaning: Meaning) -> Statement | None:
        """Another relation about the same thing."""
        for _ in range(MOST_REDRAWS):
            other = next(self._meanings)
            if other.relation != meaning.relation and meaning.about in dict(other.fillings):
                filled = other.filled(meaning.about, dict(meaning.fillings)[meaning.about])
                return self._teller.say(filled, self._random)
        return None

    def _unrelated(self, meaning: Meaning, a: Statement) -> Statement | None:
        if self._teller.elsewhere and self._random.random() < 0.4:
            return self._teller.say_elsewhere(self._random)
        other = next(self._meanings)
        if other.relation == meaning.relation or other.concepts() & meaning.concepts():
            return None
        return self._teller.say(other, self._random)


def _kind_of_role(meaning: Meaning, role: str) -> str:
    if not isinstance(dict(meaning.fillings)[role], tuple):
        return "quantity"
    return "subject" if role == meaning.about else "role"


def _texts(pairs: list[Pair]) -> list[str]:
    return [one.text for pair in pairs for one in (pair.a, pair.b)]


def _notes(recipe: Recipe, writer: _Writer, splits: dict[str, list[Row]]) -> dict[str, object]:
    rule = recipe.grading
    return {
        "grading": (
            "the score compares meanings, not words: 1 for the same relation, fillings and modality; times "
            f"{rule.quantity:g} for another number, {rule.modality:g} for another modality, {rule.subject:g} for "
            f"another subject, {rule.role:g} for another filling of a further role, {rule.detail:g} for a detail "
            f"that one side adds; at least {rule.same_relation:g} within a relation; {rule.shared_concept:g} for "
            f"another relation with a concept in common; {rule.same_domain:g} for clauses that share nothing; 0 "
            "for a sentence of another domain"
        ),
        "splits": "70/20/10; no sentence of validation or test stands in training or the unlabelled text",
        "test": "slice `unseen`: phrasings, concepts and numbers that stand in no text of training or validation; "
        "slice `seen`: training's phrasings and vocabulary, put together otherwise",
        "validation": "composed like the test, with held-out phrasings and concepts of its own: early stopping "
        "is honest and tells nothing of the test",
        "seen_share": recipe.seen_share,
        "kinds": {
            name: dict(sorted(Counter(row["kind"] for row in rows).items()))
            for name, rows in splits.items()
            if name != "unlabelled"
        },
        "redrawn": writer.redrawn,
    }
