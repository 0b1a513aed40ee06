"""Small trees as snapshots, and a profile with two taxonomies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from engine.folders.snapshots.index import FolderNode


def nodes_of(paths: Iterable[str], files: dict[str, dict[str, int]] | None = None) -> list[FolderNode]:
    """Folders of these paths and of all that is above them, as a snapshot hands them out; `files` are extensions."""
    every = {""}
    for path in paths:
        parts = path.split("/")
        every |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    order = sorted(every, key=lambda path: (len(path.split("/")) if path else 0, path))
    ids = {path: number for number, path in enumerate(order, 1 << 40)}
    made = []
    for path in order:
        held = (files or {}).get(path, {})
        above = path.rpartition("/")[0]
        made.append(
            FolderNode(
                id=ids[path],
                parent=ids[above] if path else 0,
                depth=len(path.split("/")) if path else 0,
                name=path.rpartition("/")[2],
                files=sum(held.values()),
                folders=sum(other.rpartition("/")[0] == path and other != path for other in order),
                bytes=10 * sum(held.values()),
                extensions=held,
            )
        )
    return made


@pytest.fixture
def snapshot() -> Callable[..., list[FolderNode]]:
    return nodes_of


PROFILE = """\
finetop: 1
name: library
models:
  old:
    task: text-classification
    config:
      base: {base}
      taxonomy: legacy
      template: "{{name}} in {{parent}}"
  new:
    task: text-classification
    config:
      base: {base}
      taxonomy: v1
taxonomies:
  legacy:
    labels:
      primary_author: who made it
      collection: what belongs together
      media_format: for print or screen
      other: the rest
    mappings:
      v1: {{primary_author: person_or_group, media_format: media_bucket, other: other}}
  v1:
    labels: {{person_or_group: who made it, media_bucket: what kind of files, other: the rest}}
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile with the taxonomies legacy and v1, and a model for each."""
    path = tmp_path / "library.yaml"
    path.write_text(PROFILE.format(base="all-MiniLM-L6-v2"))
    return path
