"""What is shown of the dataset that is looked at, read in one go. Slow: call in threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.labelled_pictures import problem_with_path
from engine.workspace import Workspace
from tui.data.examples import Page, Place, Row, read_page
from tui.data.reader import read_facts
from tui.data.shelf import Facts

if TYPE_CHECKING:
    from PIL.Image import Image

TEXTS, TILES = 30, 12
"""Most examples of a page: of texts, and of pictures side by side."""
LARGEST = 1024
"""Pixels of the longer side that are kept of a picture alone on its page."""
SMALL = 320
"""The same for pictures side by side."""


@dataclass(frozen=True)
class Wish:
    """What is to be shown."""

    dataset: str
    split: str
    chosen: str
    start: Place
    pictures: bool
    """Whether pictures can be shown at all."""


@dataclass(frozen=True)
class Looked:
    """It."""

    wish: Wish
    facts: Facts | None = None
    page: Page = field(default_factory=lambda: Page((), Place(), ended=True))
    pictures: tuple[Image | None, ...] = ()
    """One for each example of a picture; None where it is not to be had."""
    problem: str = ""


def look(workspace: Workspace, wish: Wish, facts: Facts | None) -> Looked:
    """Read it; `facts` are those of the dataset where they are known already: a dataset never changes."""
    try:
        facts = facts or read_facts(workspace, wish.dataset)
        split = wish.split if wish.split in facts.counts else next(iter(facts.counts), "")
        if not split:
            return Looked(wish, facts)
        file = workspace.datasets / facts.id / f"{split}.jsonl"
        page = read_page(file, facts.task, wish.chosen, wish.start, most_of(facts))
    except FinetopError as problem:
        return Looked(wish, facts, problem=str(problem))
    except OSError as problem:
        return Looked(wish, facts, problem=f"The examples cannot be read: {problem.strerror}.")
    if not (wish.pictures and facts.files):
        return Looked(wish, facts, page)
    size = LARGEST if is_one_by_one(facts) else SMALL
    folder = workspace.datasets / facts.id
    return Looked(wish, facts, page, tuple(picture_of(folder, one.row, size) for one in page.examples))


def is_one_by_one(facts: Facts) -> bool:
    """Whether a picture fills the page: one with boxes does."""
    return facts.task == "object-detection"


def most_of(facts: Facts) -> int:
    """How many examples a page may hold."""
    if not facts.files:
        return TEXTS
    return 1 if is_one_by_one(facts) else TILES


def picture_of(folder: Path, row: Row, size: int) -> Image | None:
    """The picture that a row names, made small; None where there is none that can be opened."""
    from engine.pictures.boxes import open_picture

    image = row.get("image")
    if not isinstance(image, str) or problem_with_path(image):
        return None
    try:
        picture = open_picture(folder / image)
    except (FinetopError, OSError):
        return None
    picture.thumbnail((size, size))
    return picture
