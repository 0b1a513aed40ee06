"""A folder as the classifier sees it."""

from __future__ import annotations

import msgspec

from engine.folders.samples.escapes import escaped


class TrainingSample(msgspec.Struct, frozen=True, kw_only=True):
    """One folder of a snapshot with what surrounds it. Bytes that are no UTF-8 are surrogates in the path, and stand
    as `\\xNN` in everything that a model reads."""

    id: int = 0
    """Number in the training database, the same for a path in every snapshot; 0 before it is stored."""
    path: str
    """Below the root, with `/`; empty for the root itself."""
    name: str
    """Normalised: separators and camel case become spaces, accents stay."""
    tokens: tuple[str, ...]
    """Words of the whole path, from the top, in small letters."""
    creator: str
    """The top-level folder that it lies in, normalised: examples are kept apart and weighed by it."""
    parent: str
    """Normalised name of the folder above; empty below the root."""
    siblings: tuple[str, ...] = ()
    """Normalised names of some folders beside it."""
    children: tuple[str, ...] = ()
    """Normalised names of some folders in it."""
    depth: int
    """1 for a folder right below the root."""
    files: int = 0
    """Files right in it."""
    folders: int = 0
    """Folders right in it."""
    bytes: int = 0
    """Size of the files right in it."""
    extensions: dict[str, int] = {}
    """Extension in small letters without its dot → files right in it; the most frequent ones, these first."""
    height: int = 0
    """Levels of folders below it; 0 where it holds none."""
    position: float = 0.0
    """Where it stands among its siblings by name: 0 the first, 1 the last."""

    @property
    def shown(self) -> str:
        """The path for people: what cannot be printed is escaped."""
        return escaped(self.path)

    @property
    def last_name(self) -> str:
        """The folder's own name for people."""
        return self.shown.rpartition("/")[2]
