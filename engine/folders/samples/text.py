"""The text that a model reads of a folder, made by the template that the profile states."""

from __future__ import annotations

import string

from engine.errors import InputError
from engine.folders.samples.sample import TrainingSample

DEFAULT_TEMPLATE = "{name} | in {parent} | holds {children} | {extensions} | depth {depth}"
FIELDS = {
    "name": "the folder's own name",
    "path": "words of the whole path, from the top",
    "parent": "the folder above",
    "creator": "the top-level folder that it lies in",
    "siblings": "some folders beside it",
    "children": "some folders in it",
    "extensions": "extensions of its files, the most frequent first",
    "files": "how many files lie right in it",
    "folders": "how many folders lie right in it",
    "depth": "levels below the root",
    "height": "levels of folders below it",
}
"""What a template may name."""
MOST_NAMES = 8


def fields_of(template: str) -> list[str]:
    """The fields that a template names, in order. Raises InputError for one that is not in `FIELDS`."""
    try:
        named = [field for _, field, _, _ in string.Formatter().parse(template) if field is not None]
    except ValueError as problem:
        raise InputError(f"the template cannot be read ({problem})", where=template, fix="write {{ for a {") from None
    for field in named:
        if field not in FIELDS:
            raise InputError(
                f"the template names {{{field}}}", where=template, fix=f"use {', '.join(f'{{{n}}}' for n in FIELDS)}"
            )
    if not named:
        raise InputError("the template names no field", where=template, fix="name {name} at least")
    return named


def text_of(sample: TrainingSample, template: str = DEFAULT_TEMPLATE) -> str:
    """The template with the folder's values; parts between ` | ` whose fields are all empty are left out.

    `template` has been checked by `fields_of`.
    """
    values = _values(sample)
    parts = []
    for part in template.split(" | "):
        named = [field for _, field, _, _ in string.Formatter().parse(part) if field is not None]
        if not named or any(values[field] for field in named):
            parts.append(part.format_map(values))
    text = " | ".join(parts)
    # A tokenizer takes no surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")


def _values(sample: TrainingSample) -> dict[str, str]:
    return {
        "name": sample.name,
        "path": " ".join(sample.tokens),
        "parent": sample.parent,
        "creator": sample.creator,
        "siblings": ", ".join(sample.siblings[:MOST_NAMES]),
        "children": ", ".join(sample.children[:MOST_NAMES]),
        "extensions": " ".join(list(sample.extensions)[:MOST_NAMES]),
        "files": str(sample.files or ""),
        "folders": str(sample.folders or ""),
        "depth": str(sample.depth),
        "height": str(sample.height or ""),
    }
