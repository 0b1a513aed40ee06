"""What Validate asks for, by what the model predicts on. Pure: words of people in, a sample out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from tui.paths import typed_path

INLINE = "data:"


@dataclass(frozen=True)
class Asking:
    """The fields of one kind of sample."""

    first: str
    placeholder: str
    missing: str
    """What is said when a field is empty."""
    second: str = ""
    """Title of the second field; empty where there is none."""
    image: bool = False

    def sample(self, first: str, second: str) -> dict[str, Any] | None:
        """The sample that people wrote; None where something is missing."""
        if not first or (self.second and not second):
            return None
        if self.second:
            return {"a": first, "b": second}
        return {"image": str(typed_path(first))} if self.image else {"text": first}

    def written(self, sample: Mapping[str, Any], name: str) -> tuple[str, str]:
        """What stands in the fields for a sample; `name` in place of an image that it carries itself."""
        if self.image:
            image = str(sample.get("image", ""))
            return (name if image.startswith(INLINE) else image), ""
        return str(sample.get("text", sample.get("a", ""))), str(sample.get("b", ""))


TEXT = Asking("Text", "Write a text", "Write a text.")
PAIR = Asking("First text", "Write a text", "Write both texts.", second="Second text")
IMAGE = Asking("Image", "Path of an image", "Write the path of an image.", image=True)
_BY_KIND = {"text": TEXT, "text pair": PAIR, "image": IMAGE}


def asking_for(task: str) -> Asking:
    """The fields for a task; a text where nothing is known of it."""
    if not task:
        return TEXT
    from engine.tasks.catalog import find_task

    try:
        return _BY_KIND.get(find_task(task).predicts_on, TEXT)
    except InputError:
        return TEXT
