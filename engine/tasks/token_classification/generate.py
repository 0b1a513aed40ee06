"""Makes the texts that a recipe describes, with exact spans, and splits that do not leak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from engine.datasets.leaks import Known, check_leaks, plain
from engine.datasets.progress import Told, untold
from engine.datasets.recipes import World, grammars, texts_of
from engine.datasets.sampling import in_turn, quotas, split_sizes, stream
from engine.datasets.templates import Grammar, Segment, capitalised
from engine.datasets.vocabulary import divide
from engine.errors import DataError
from engine.tasks.contract import Generated, Row
from engine.tasks.token_classification.recipe import Recipe

MOST_REDRAWS = 200
"""For one text, before the recipe is called too small."""


@dataclass(frozen=True)
class Document:
    """One text before it becomes a row; `surfaces` are its entities before any noise."""

    segments: list[Segment]
    surfaces: tuple[str, ...]
    group: str


def generate(recipe: Recipe, seed: int, told: Told = untold) -> Generated:
    """Rows of `train`, `validation` and `test`. Raises DataError when the recipe is too small."""
    train, validation, test = split_sizes(recipe.examples)
    validation_seen, test_seen = round(validation * recipe.seen_share), round(test * recipe.seen_share)
    try:
        writer = _Writer(recipe, seed, told)
    except ValueError as problem:
        raise DataError(str(problem), where="recipe", fix="see docs/data.md") from problem

    learnt = writer.write("train", "train", train)
    known = Known(writer.texts)
    watched = writer.write("train", "validation seen", validation_seen)
    watched += writer.write("validation", "validation", validation - validation_seen, avoid=known)
    known = Known(writer.texts)
    repeated = writer.write("train", "test seen", test_seen)
    surprising = writer.write("test", "test unseen", test - test_seen, avoid=known)

    check_leaks(
        known,
        [as_row(document)["text"] for document in repeated + surprising],
        [surface for document in surprising for surface in document.surfaces],
        "training or validation",
    )
    splits = {
        "train": [as_row(document) for document in learnt],
        "validation": [as_row(document) for document in watched],
        "test": [as_row(document, "seen") for document in repeated]
        + [as_row(document, "unseen") for document in surprising],
    }
    for name, rows in splits.items():
        stream(seed, "order", name).shuffle(rows)
    return Generated(splits, _notes(recipe, writer, surprising))


def as_row(document: Document, part: str = "") -> Row:
    """The row of a document: spans are counted on the text as it is written."""
    text, entities = "", []
    for segment in document.segments:
        start, text = len(text), text + segment.text
        if segment.label:
            entities.append({"start": start, "end": len(text), "label": segment.label})
    row: Row = {"text": text, "entities": entities, "group": document.group}
    return {**row, "slice": part} if part else row


class _Writer:
    """Writes documents of each world, no text twice."""

    def __init__(self, recipe: Recipe, seed: int, told: Told) -> None:
        self.recipe, self.seed, self.told = recipe, seed, told
        self.grammars: dict[World, Grammar] = grammars(recipe, seed)
        self.templates = divide(recipe.templates, seed, "templates")
        self.distractors = divide(recipe.distractors, seed, "distractors")
        self.texts: set[str] = set()
        self.redrawn = 0

    def write(self, world: World, purpose: str, count: int, avoid: Known | None = None) -> list[Document]:
        """`count` documents; with `avoid`, no entity of theirs stands in the texts it knows."""
        random = stream(self.seed, purpose)
        templates = in_turn(texts_of(self.templates.of(world)), random)
        distractors = in_turn(texts_of(self.distractors.of(world)), random)
        bare = round(count * self.recipe.without_entities)
        lengths = [
            length
            for entities, total in ((False, bare), (True, count - bare))
            for index, share in enumerate(quotas(self.recipe.sentences, total))
            for length in [(entities, index + 1)] * share
        ]
        random.shuffle(lengths)
        documents = []
        for entities, length in lengths:
            offender = ""
            for attempt in range(MOST_REDRAWS):
                document = self._document(world, random, templates, distractors, entities, length)
                key = plain(_text(document.segments))
                offender = next((s for s in document.surfaces if avoid and avoid.holds(s)), offender)
                # One thing named twice in a text is unnatural; a small vocabulary may have to.
                repeats = len({*document.surfaces}) < len(document.surfaces) and attempt < MOST_REDRAWS // 4
                if key in self.texts or repeats or (avoid and any(map(avoid.holds, document.surfaces))):
                    self.redrawn += 1
                    continue
                self.texts.add(key)
                documents.append(document)
                self.told("texts written", len(self.texts), self.recipe.examples)
                break
            else:
                if offender:
                    raise DataError(
                        f"the held-out phrase {offender!r} stands in texts of training or validation",
                        where="recipe",
                        fix="move it to the part that knows it, or word the templates and other phrases differently",
                    )
                raise DataError(
                    f"the recipe makes too few different texts for {purpose}: {len(documents)} of {count}",
                    where="recipe",
                    fix="add templates or phrases to that part, or ask for fewer examples",
                )
        return documents

    def _document(
        self,
        world: World,
        random: Random,
        templates: Iterator[str],
        distractors: Iterator[str],
        entities: bool,
        length: int,
    ) -> Document:
        chosen: list[tuple[str, bool]] = []
        for position in range(length):
            has_distractors = bool(self.distractors.of(world))
            plain_sentence = not entities or (position > 0 and random.random() < self.recipe.distractor_share)
            use_distractor = plain_sentence and has_distractors
            chosen.append((next(distractors if use_distractor else templates), use_distractor))
        group = f"{world}: {chosen[0][0]}"
        random.shuffle(chosen)
        segments: list[Segment] = []
        for index, (template, _) in enumerate(chosen):
            sentence = capitalised(self.grammars[world].expand(template, random))
            segments += [Segment(" ")] * bool(index) + sentence
        surfaces = tuple(segment.text for segment in segments if segment.label)
        return Document(self.recipe.noise.apply(segments, random), surfaces, group)


def _text(segments: list[Segment]) -> str:
    return "".join(segment.text for segment in segments)


def _notes(recipe: Recipe, writer: _Writer, surprising: list[Document]) -> dict[str, object]:
    held_out = {
        (segment.label, surface)
        for document in surprising
        for segment, surface in zip(
            (segment for segment in document.segments if segment.label), document.surfaces, strict=True
        )
    }
    return {
        "splits": "70/20/10; no text stands twice, whatever its casing, spacing and punctuation",
        "test": "slice `unseen`: templates and entity phrases that stand in no text of training or validation; "
        "slice `seen`: training's templates and phrases, filled otherwise",
        "validation": "composed like the test, with held-out templates and phrases of its own that are neither "
        "training's nor the test's: early stopping is honest and tells nothing of the test",
        "seen_share": recipe.seen_share,
        "templates": {world: len(texts_of(writer.templates.of(world))) for world in writer.grammars},
        "held_out_phrases": {
            label: sorted({surface for name, surface in held_out if name == label})
            for label in sorted({name for name, _ in held_out if name})
        },
        "redrawn": writer.redrawn,
    }
