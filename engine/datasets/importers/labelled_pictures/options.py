"""What people say of the pictures that they import: where the columns are, and how to split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from engine.errors import DataError
from engine.profiles.validation import nearest

SplitBy = Literal["within", "group"]
LEAST_UNSEEN, MOST_UNSEEN = 0.0, 0.9


@dataclass(frozen=True)
class PictureOptions:
    """Options of an import of labelled pictures. Raises DataError for values that mean nothing."""

    split_by: SplitBy | None = None
    """How splits that the files do not name are drawn; None leaves it to the task and the groups."""
    unseen_share: float | None = None
    """Part of the labels that is put aside whole, into the test."""
    root: str | None = None
    """Where the paths of a manifest begin; None for the manifest's own folder."""
    path_column: str | None = None
    label_column: str | None = None
    group_columns: tuple[str, ...] = ()
    """Rows that have a value in common in one of these are never in two splits."""
    condition_columns: tuple[str, ...] = ()
    """By what reports break figures down; none named means all further columns."""

    def __post_init__(self) -> None:
        if self.split_by is not None and self.split_by not in get_args(SplitBy):
            near = nearest(self.split_by, get_args(SplitBy))
            fix = f"write {near!r}" if near else "use one of within, group"
            raise DataError(f"there is no way {self.split_by!r} to split", where="--split-by", fix=fix)
        if self.unseen_share is not None and not LEAST_UNSEEN < self.unseen_share <= MOST_UNSEEN:
            raise DataError(
                f"{self.unseen_share:g} is no part of the labels that can be put aside",
                where="--unseen-share",
                fix=f"give a number above 0 and up to {MOST_UNSEEN:g}, such as 0.25",
            )
        for option, columns in (
            ("--group-column", self.group_columns),
            ("--condition-column", self.condition_columns),
        ):
            doubled = next((name for name in columns if columns.count(name) > 1), None)
            if doubled is not None:
                raise DataError(f"the column {doubled!r} is named twice", where=option, fix="name it once")
