"""A process that reads folders: their entries, what these are, and what is in each folder, as flat lists of values.

Started by `engine.folders.snapshots.reader_pool`; it imports nothing but the standard library, so that it starts in
milliseconds.
Both ways go frames: four bytes of length, then a value packed by `marshal`, which only reads what this very
interpreter wrote.

First frame in: `(folder, names)`, entries to leave out (the index's own files). Then tasks:
`([(id, depth, path), …], budget)`. A task is answered by one or more frames `(values, folders, problems, unread,
dropped, more)`:

- `values`: six for each entry (parent, depth, kind, size, mtime in ns, name as bytes), one after another;
- `folders`: eight for each folder read (id, first entry, entries, files, folders, bytes, whole, extensions as JSON);
- `problems`: (id, what is wrong) of folders that could not be read and links that lead in circles;
- `unread`: (id, depth, path) of folders that were found and not read when the budget was used up;
- `dropped`: whether more of them were found than are listed in `unread`;
- `more`: whether another frame of this task follows.

An id below `FIRST_ID` counts the entries of this task from 1, because who stores them gives the real ones. Entries of
one folder stand together.
"""

from __future__ import annotations

import errno
import gc
import marshal
import os
import stat
import sys
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:  # without loading `typing`
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

FIRST_ID = 1 << 40
"""Ids of stored entries begin here."""
FILE, FOLDER, LINK, OTHER = range(4)
"""Kinds of entries. Links are noted and not followed; other: pipes, sockets, devices."""
LONGEST_EXTENSION = 12
MOST_EXTENSIONS = 64
"""Different ones that are kept of a folder: the most frequent."""
MOST_UNREAD = 20_000
BLOCK = 5_000
"""Entries in one frame of a folder that has more than fit."""
_LONGEST_PATH = 4_000
"""Linux takes no path of 4096 bytes or more."""
_TYPE, _FILE, _FOLDER, _LINK = 0o170000, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_known: dict[tuple[tuple[str, int], ...], str] = {}

Folder = tuple[int, int, bytes]
"""Id, depth, path."""


class _Unknown:
    """In place of the facts of an entry that may not be looked at."""

    st_size = st_mtime_ns = 0

    def __init__(self, mode: int) -> None:
        self.st_mode = mode


class Walk:
    """Reads the folders of one task, and those found in them, until the budget of entries is used up."""

    def __init__(self, send: Callable[[Any], None], leave_out: tuple[bytes, frozenset[str]]) -> None:
        self._send, self._leave_out = send, leave_out
        self._count, self._dropped, self._whole = 0, False, True
        self._values: list[Any] = []
        self._folders: list[Any] = []
        self._problems: list[tuple[int, str]] = []
        self._unread: list[Folder] = []

    def run(self, folders: list[Folder], budget: int) -> None:
        """Read, and send everything."""
        self._unread = folders
        while self._unread and self._count < budget:
            self._read(*self._unread.pop())
        self._flush(more=False)

    def _read(self, number: int, depth: int, path: bytes) -> None:
        try:
            descriptor = open_folder(path)
        except OSError as problem:
            self._complain(number, _words(problem))
            self._folders += (number, 0, 0, 0, 0, 0, 0, "{}")
            return
        try:
            with os.scandir(descriptor) as entries:
                self._list(number, depth + 1, path, descriptor, entries)
        finally:
            os.close(descriptor)

    def _list(self, number: int, depth: int, path: bytes, descriptor: int, entries: Any) -> None:
        before, files, folders, size = self._count, 0, 0, 0
        self._whole = True
        tails: dict[str, int] = {}
        if path == self._leave_out[0]:
            left_out = self._leave_out[1]
            entries = (entry for entry in entries if entry.name not in left_out)
        below = path if path.endswith(b"/") else path + b"/"
        for block in self._blocks(number, entries):
            # This loop is where the time goes, so it is one: nothing is called that need not be.
            count, unread, add = self._count, self._unread, self._values.extend
            for entry in block:
                text = entry.name
                facts: Any
                try:
                    facts = entry.stat(follow_symlinks=False)
                except OSError as problem:
                    if problem.errno == errno.ENOENT:
                        continue  # removed since it was listed
                    self._complain(number, f"{_words(problem)}: {text!a}")
                    facts = _Unknown(stat.S_IFDIR if entry.is_dir(follow_symlinks=False) else 0)
                kind, length, name = facts.st_mode & _TYPE, facts.st_size, text.encode("utf-8", "surrogateescape")
                count += 1
                if kind == _FILE:
                    add((number, depth, FILE, length, facts.st_mtime_ns, name))
                elif kind == _FOLDER:
                    add((number, depth, FOLDER, length, facts.st_mtime_ns, name))
                    folders += 1
                    unread.append((count, depth, below + name))
                    continue
                elif kind == _LINK:
                    add((number, depth, LINK, length, facts.st_mtime_ns, name))
                    if self._leads_to_folder(count, path, name, descriptor):
                        continue
                else:
                    add((number, depth, OTHER, length, facts.st_mtime_ns, name))
                    continue
                files += 1
                size += length
                head, _, tail = text.rpartition(".")
                if head and len(tail) <= LONGEST_EXTENSION:
                    tails[tail] = tails.get(tail, 0) + 1
            self._count = count
            if len(block) == BLOCK:
                self._flush(more=True)
        found = (before + 1, self._count - before, files, folders, size, int(self._whole), extensions(tails))
        self._folders += (number, *found)

    def _blocks(self, number: int, entries: Any) -> Iterator[list[os.DirEntry[str]]]:
        """The entries, so many at once, up to where the folder cannot be read any more."""
        full = True
        while full:
            block: list[os.DirEntry[str]] = []
            try:
                block.extend(islice(entries, BLOCK))
            except OSError as problem:
                # What came before stays in the block.
                self._complain(number, _words(problem))
            full = len(block) == BLOCK
            yield block

    def _complain(self, number: int, text: str) -> None:
        """Not everything that is in a folder is known: what is missing from its list is not gone."""
        self._whole = False
        self._problems.append((number, text))

    def _leads_to_folder(self, number: int, path: bytes, name: bytes, descriptor: int) -> bool:
        problem, leads_to_folder = follow(path, name, descriptor)
        if problem:
            self._problems.append((number, problem))
        return leads_to_folder

    def _flush(self, *, more: bool) -> None:
        # The last ones found are read first: what is left out are those that would wait longest.
        if len(self._unread) > MOST_UNREAD:
            self._dropped = True
            del self._unread[: len(self._unread) - MOST_UNREAD]
        unread = [] if more else self._unread
        self._send((self._values, self._folders, self._problems, unread, self._dropped, more))
        self._values, self._folders, self._problems = [], [], []


def open_folder(path: bytes) -> int:
    """A descriptor of the folder itself, never of one that a link leads to; the path may be of any length."""
    descriptor: int | None = None
    while len(path) > _LONGEST_PATH:
        at = path.rindex(b"/", 0, _LONGEST_PATH)
        above, path = path[:at], path[at + 1 :]
        former = descriptor
        try:
            descriptor = os.open(above, _OPEN, dir_fd=former)
        finally:
            if former is not None:
                os.close(former)
    if descriptor is None:
        return os.open(path, _OPEN)
    try:
        return os.open(path, _OPEN, dir_fd=descriptor)
    finally:
        os.close(descriptor)


def follow(folder: bytes, name: bytes, descriptor: int) -> tuple[str, bool]:
    """What is wrong with a link (empty: nothing), and whether it leads to a folder.

    `folder` holds no link itself, so a link leads in circles where its target is above it. A link to nothing is
    common (packages, unmounted drives) and no problem of the tree.
    """
    try:
        mode = os.stat(name, dir_fd=descriptor).st_mode
    except OSError as problem:
        return ("the link leads to itself", False) if problem.errno == errno.ELOOP else ("", False)
    if not stat.S_ISDIR(mode):
        return "", False
    target = os.path.realpath(folder + b"/" + name)
    above = target.rstrip(b"/") + b"/"
    return ("the link leads to a folder above it" if (folder + b"/").startswith(above) else ""), True


def extensions(tails: dict[str, int]) -> str:
    """What follows the last dot → how often, as JSON, the most frequent first: small letters, no spaces, and bytes
    that are no UTF-8 as `\\xNN`."""
    if not tails:
        return "{}"
    key = tuple(tails.items())
    known = _known.get(key)
    if known is not None:
        return known
    counts: dict[str, int] = {}
    for tail, count in key:
        name = tail.lower().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if name and not any(char.isspace() for char in name):
            counts[name] = counts.get(name, 0) + count
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_EXTENSIONS]
    text = "{" + ",".join(f"{_quoted(name)}:{count}" for name, count in most) + "}"
    # Most folders of a tree are alike.
    if len(key) <= 4 and len(_known) < 10_000:
        _known[key] = text
    return text


def _quoted(name: str) -> str:
    if name.isalnum():
        return f'"{name}"'
    import json  # twice as long to load as everything else here

    return json.dumps(name, ensure_ascii=False)


def _words(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()


def send(frame: Any, to: BinaryIO) -> None:
    """One frame out."""
    data = marshal.dumps(frame)
    to.write(len(data).to_bytes(4, "little"))
    to.write(data)
    to.flush()


def receive(source: BinaryIO) -> Any:
    """One frame in. Raises EOFError where the other side has gone, even in the middle of a frame."""
    head = source.read(4)
    if len(head) < 4:
        raise EOFError
    length = int.from_bytes(head, "little")
    data = source.read(length)
    if len(data) < length:
        raise EOFError
    return marshal.loads(data)


def main() -> None:
    """Answer tasks until there are no more."""
    # Nothing here refers to itself, so there is nothing to look for.
    gc.disable()
    source, to = sys.stdin.buffer, sys.stdout.buffer
    try:
        folder, names = receive(source)
        leave_out = (folder, frozenset(names))
        while True:
            folders, budget = receive(source)
            Walk(lambda frame: send(frame, to), leave_out).run(folders, budget)
    except (EOFError, BrokenPipeError):
        # The process that stores has gone; what is not sent yet is nobody's.
        os._exit(0)


if __name__ == "__main__":
    main()
