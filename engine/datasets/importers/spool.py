"""Files that an import makes anew, kept until the dataset is written: a few in memory, many on the disk."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from engine.datasets.progress import Told, untold
from engine.errors import WorkError

IN_MEMORY = 64 << 20
"""Bytes: an import of ten thousand small pictures touches no other disk."""


class Spool:
    """Holds contents by name. What it put on the disk goes when the `with` block ends."""

    def __init__(self, told: Told = untold) -> None:
        self._told, self._kept = told, 0
        self._room = IN_MEMORY
        self._directory: TemporaryDirectory[str] | None = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if self._directory is not None:
            self._directory.cleanup()

    def keep(self, name: str, content: bytes | Path) -> bytes | Path:
        """The content, or where it lies now. Raises WorkError when the disk is full."""
        self._kept += 1
        self._told("pictures read", self._kept, 0)
        if isinstance(content, Path):
            return content
        if len(content) <= self._room:
            self._room -= len(content)
            return content
        try:
            if self._directory is None:
                # Readable by nobody else, as `mkdtemp` makes it: the pictures may show people.
                self._directory = TemporaryDirectory(prefix="finetop-import-")
            path = Path(self._directory.name) / name
            path.write_bytes(content)
        except OSError as problem:
            raise WorkError(
                f"a picture cannot be kept until the dataset is written ({problem.strerror})",
                where=problem.filename,
                fix="make room, or name another directory with TMPDIR",
            ) from problem
        return path
