"""What is to be removed, as it is remembered until all of it is gone."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from engine.datasets.files import NAME_LENGTH

FORMAT = 1
HEAD_BYTES = 64
"""So many first bytes tell a picture inside another file before its hash does."""


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that is to be found nowhere afterwards."""

    name: str
    """`files/NAME` without the folder."""
    sha256: str
    size: int
    head: bytes
    """Its first bytes."""


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Written before the first file is touched, removed after the last: what a kill interrupts goes on from it."""

    finetop: int = FORMAT
    id: str
    """Random; no file that stays holds another name of what was removed."""
    reason: str
    """`forget` or `expire`."""
    subject: str = ""
    """The label or group that is forgotten; empty for what is too old."""
    profile: str | None = None
    """Only what belongs to this profile; None: everything."""
    model: str | None = None
    others: list[str] = []
    """Labels in which the subject's name stands as a word: they stay as they are."""
    pictures: list[Gone] = []
    received: list[str] = []
    """SHA-256 of pictures as they were sent, where they were stored otherwise."""
    shared: list[str] = []
    """Names of pictures that somebody else's rows show, too: they stay for those."""
    datasets: list[str] = []
    """Ids that are written anew."""
    rows: int = 0
    lines: int = 0
    """Of feedback."""
    runs: list[str] = []
    """Trained on those datasets, or on top of such a run."""
    versions: list[str] = []
    """Of the registry, of such trainings."""
    damaged: list[str] = []
    """Files of these versions that were not as they were registered, before the first was touched."""
    now: float = 0.0
    oldest: float = 0.0
    """What came before is too old; Unix seconds."""

    @property
    def pseudonym(self) -> str:
        """What stands in place of the name."""
        return f"forgotten-{self.id}"

    @property
    def names(self) -> set[str]:
        """Names of the pictures that go."""
        return {picture.name for picture in self.pictures}

    @property
    def digests(self) -> set[str]:
        """Every SHA-256 by which one of them may be known."""
        return {picture.sha256 for picture in self.pictures} | set(self.received)

    def is_within(self, profile: str, model: str) -> bool:
        """Whether what belongs to this model is concerned."""
        return self.profile in {None, profile} and self.model in {None, model}


def new_id() -> str:
    """Eight random digits."""
    return os.urandom(4).hex()


def stems(names: Iterable[str]) -> set[str]:
    """The hashes in names of files."""
    return {name[:NAME_LENGTH] for name in names}
