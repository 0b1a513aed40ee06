"""Looks at what a dataset would hold, before anything is written."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.files import FOLDER
from engine.datasets.generate import check_rows, find_generated
from engine.datasets.importers import Import, read_examples
from engine.datasets.preview import Preview, Row
from engine.datasets.progress import Told, untold
from engine.errors import InputError
from engine.privacy.sealing import read_bytes
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles import ResolvedModel

EXAMPLES = 10
MOST_BYTES = 128 << 10
"""Of a picture that a preview carries as it is; a larger one is made small."""
SMALL = 512
"""Pixels of its longer side then."""


def preview_generated(
    workspace: Workspace, resolved: ResolvedModel, seed: int | None = None, told: Told = untold
) -> Preview:
    """What the recipe of a model would make. Raises InputError where it has none, DataError where it cannot."""
    if resolved.recipe is None:
        raise InputError(
            f"the model {resolved.model!r} has no data recipe",
            where=f"models.{resolved.model}.data.recipe",
            fix="write one (docs/data.md), or import data",
        )
    task = find_task(resolved.task)
    used = resolved.data_seed if seed is None else seed
    fewer = task.for_preview(resolved.recipe)
    generated = task.generate(fewer, used, told)
    check_rows(task, generated)
    found = find_generated(workspace, resolved, seed)
    return Preview(
        profile=resolved.profile,
        model=resolved.model,
        task=task.name,
        counts={name: len(rows) for name, rows in generated.splits.items()},
        classes={name: task.count_classes(rows) for name, rows in generated.splits.items() if name != "unlabelled"},
        examples=_spread(generated.splits, generated.files),
        whole=fewer == resolved.recipe,
        exists=found.id if found is not None else "",
        seed=used,
    )


def preview_import(profile: str, model: str, wanted: Import, told: Told = untold) -> Preview:
    """What an import would take in. Raises DataError naming file and line of the first row that cannot be used."""
    with read_examples(wanted, told) as taken:
        return Preview(
            profile=profile,
            model=model,
            task=wanted.task,
            counts={name: len(rows) for name, rows in taken.splits.items()},
            classes=taken.classes,
            examples=_spread(taken.splits, taken.files),
            formats=sorted({str(origin.get("format", "")) for origin in taken.origins} - {""}),
            skipped=taken.skipped,
            problems=list(taken.problems),
            notes=list(taken.said),
        )


def _spread(splits: Mapping[str, Sequence[Row]], files: Mapping[str, bytes | Path]) -> list[Row]:
    """Rows from all over the first split that has any, with what they name."""
    rows = next((rows for rows in splits.values() if rows), [])
    count = min(EXAMPLES, len(rows))
    return [_carrying(rows[place * len(rows) // count], files) for place in range(count)]


def _carrying(row: Row, files: Mapping[str, bytes | Path]) -> Row:
    image = row.get("image")
    content = files.get(image.removeprefix(f"{FOLDER}/")) if isinstance(image, str) else None
    return row if content is None else {**row, "image": _data_url(content)}


def _data_url(content: bytes | Path) -> str:
    data = content if isinstance(content, bytes) else read_bytes(content)
    if len(data) > MOST_BYTES:
        data = _made_small(data)
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _made_small(data: bytes) -> bytes:
    from PIL import Image

    from engine.pictures.depth import eight_bits

    with Image.open(io.BytesIO(data)) as opened:
        picture = eight_bits(opened)
    picture.thumbnail((SMALL, SMALL))
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
