"""What a dataset would hold, or holds, in words: counts and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.output import harmless, print_json, print_table, say

if TYPE_CHECKING:
    from engine.datasets.preview import Preview

PreviewOption = Annotated[
    bool, typer.Option("--preview", help="Show what would be made, with ten examples; write nothing.")
]


def print_previews(previews: Sequence[Preview], json: bool) -> None:
    """Each of them; with `--json` as one array, pictures in it as data URLs."""
    if json:
        print_json(previews)
        return
    for number, one in enumerate(previews):
        print("\n" if number else "", end="")
        of = "" if one.whole else ", of a smaller one like it"
        print(f"{one.profile}/{one.model}  {one.task}{of}\n")
        print_counts(one.counts, one.classes)
        print()
        for row in one.examples:
            print(harmless(as_line(row)))
        for note in (*one.notes, *one.problems):
            say(note)
        if one.exists:
            say(f"it is there already: {one.exists}")


def print_counts(counts: Mapping[str, int], classes: Mapping[str, Mapping[str, int]]) -> None:
    """A table of splits and classes."""
    names = sorted({name for own in classes.values() for name in own})
    rows = [
        [name, count, *(classes.get(name, {}).get(label, 0) for label in names)] for name, count in counts.items()
    ]
    print_table(["split", "rows", *names], rows)


def as_line(row: Mapping[str, Any]) -> str:
    """An example as the task sees it: entities in brackets, pairs with their score."""
    if "entities" in row:
        text, pieces, at = str(row["text"]), [], 0
        for entity in sorted(row["entities"], key=lambda e: e["start"]):
            pieces += [text[at : entity["start"]], f"[{text[entity['start'] : entity['end']]}|{entity['label']}]"]
            at = entity["end"]
        return "".join([*pieces, text[at:]])
    if "score" in row:
        return f"{row['score']:.2f}  {row['a']}  ~  {row['b']}"
    return "  ".join(f"{key}: {_short(value)}" for key, value in row.items())


def _short(value: Any) -> Any:
    """A picture that the row carries is no text for people."""
    return "(picture)" if isinstance(value, str) and value.startswith("data:") else value
