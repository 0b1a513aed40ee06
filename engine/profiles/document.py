"""Reads YAML into a tree that knows the line and column of everything in it.

Safe by construction: the tree is built from parser events, so no tag can name a Python object, an
alias costs what it expands to, and nesting needs no stack. Plain values follow the YAML 1.2 core
schema (as editors do): `no`, `on`, `12:30` and dates are text, `1e-4` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.profiles.problems import Place, Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 24
MAX_NODES = 100_000


@dataclass(frozen=True)
class Node:
    """A value with its place, and the place of its key when it stands in a mapping."""

    value: str | int | float | bool | list[Node] | dict[str, Node] | None
    place: Place
    key: Place | None = None
    path: str = ""
    """Keys from the outermost mapping to here, joined by dots."""

    def plain(self) -> Any:
        """The value without places: what a schema validates."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def get(self, *names: str) -> Node | None:
        """The node under `names`, mapping by mapping; None when it is not there."""
        node: Node | None = self
        for name in names:
            node = node.value.get(name) if node is not None and isinstance(node.value, dict) else None
        return node

    def leaves(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Every value that is not a mapping (and every empty mapping) with its path."""
        if isinstance(self.value, dict) and self.value:
            for name, child in self.value.items():
                yield from child.leaves((*path, name))
        else:
            yield path, self


def empty(place: Place) -> Node:
    """A mapping without entries."""
    return Node({}, place)


def merge(below: Node, above: Node) -> Node:
    """`above` wins. Mappings are merged key by key; a list or a single value replaces what was there."""
    if not (isinstance(below.value, dict) and isinstance(above.value, dict)):
        return above
    merged = dict(below.value)
    for name, child in above.value.items():
        merged[name] = merge(merged[name], child) if name in merged else child
    return Node(merged, above.place, above.key, above.path)


def read_document(path: Path) -> tuple[Node, list[Problem]]:
    """The tree of a YAML file, and what is wrong with it as YAML. Problems may leave the tree partial."""
    shown = shown_path(path)
    nowhere = Place(shown)
    try:
        if not path.is_file():
            return empty(nowhere), [Problem(nowhere, "", "no such file", "name a YAML file")]
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as problem:
        return empty(nowhere), [Problem(nowhere, "", f"cannot be read ({problem.strerror})")]
    if len(content) > MAX_BYTES:
        return empty(nowhere), [Problem(nowhere, "", f"longer than {MAX_BYTES // 1024} KiB", "split it in two files")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        return empty(nowhere), [Problem(Place(shown, line, 1), "", "not UTF-8 text", "save it as UTF-8")]
    return parse_document(text, shown)


def parse_document(text: str, shown: str) -> tuple[Node, list[Problem]]:
    """The tree of YAML text whose outermost value is a mapping; `shown` names it in places."""
    node, problems = parse_value(text, shown)
    if not problems and not isinstance(node.value, dict):
        what = "the file is empty" if node.value is None else "the file must hold a mapping (`key: value` lines)"
        problems = [Problem(node.place, "", what, "begin with `finetop: 1`")]
    return (node if isinstance(node.value, dict) else empty(node.place)), problems


def parse_value(text: str, shown: str) -> tuple[Node, list[Problem]]:
    """The tree of any YAML value."""
    builder = _Builder(shown)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
        what = ", ".join(part for part in (problem.context, problem.problem) if part)
        builder.problems.append(Problem(place, "", f"not YAML: {what}", "check indentation and quotes here"))
    except yaml.reader.ReaderError as problem:
        line = text[: problem.position].count("\n") + 1
        builder.problems.append(Problem(Place(shown, line), "", "holds a control character", "remove it"))
    except UnicodeEncodeError:
        builder.problems.append(Problem(Place(shown), "", "not UTF-8 text", "save it as UTF-8"))
    except _Refused as refused:
        builder.problems.append(refused.problem)
    return builder.root or Node(None, Place(shown, 1, 1)), builder.problems


def plain_scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted value means (YAML 1.2 core schema)."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def shown_path(path: Path) -> str:
    """The path as people see it: relative where that is shorter."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Refused(Exception):
    """Reading must end here: what follows could cost too much."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass
class _Open:
    """A collection that is not yet closed."""

    place: Place
    path: str
    anchor: str | None
    items: list[Node] | None = None
    entries: dict[str, Node] = field(default_factory=dict)
    key: tuple[str, Place] | None = None
    size: int = 1
    """Values inside, with aliases written out."""
    depth: int = 1


class _Builder:
    """Builds the tree from events, without recursion."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _Refused(Problem(self._place(event), "", "a second document begins", "keep one per file"))
            return
        if not isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            return
        place = self._place(event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _Refused(Problem(place, self._path(), f"the tag {tag} is refused", "write a plain value"))
        if isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, place)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, place)
        else:
            self._begin(event, place)

    def _begin(self, event: Any, place: Place) -> None:
        if self._awaits_key():
            raise _Refused(Problem(place, self._path(), "a key must be text", "write `name: value`"))
        if len(self._open) >= MAX_DEPTH:
            raise _Refused(Problem(place, "", f"nested deeper than {MAX_DEPTH} levels", "flatten it"))
        items: list[Node] | None = [] if isinstance(event, yaml.SequenceStartEvent) else None
        self._open.append(_Open(place, self._path(), event.anchor, items))

    def _close(self) -> None:
        done = self._open.pop()
        node = Node(done.entries if done.items is None else done.items, done.place, None, done.path)
        self._put(node, done.size, done.depth, done.anchor)

    def _scalar(self, event: Any, place: Place) -> None:
        if self._awaits_key():
            self._key(event.value, place)
            return
        quoted = event.style in {"'", '"', "|", ">"}
        value = event.value if quoted else plain_scalar(event.value)
        if not _is_text(event.value):
            raise _Refused(Problem(place, self._path(), "holds half a character (a lone surrogate)", "remove it"))
        self._put(Node(value, place, None, self._path()), 1, 0, event.anchor)

    def _key(self, name: str, place: Place) -> None:
        mapping = self._open[-1]
        path = f"{mapping.path}.{name}".lstrip(".")
        if not _is_text(name):
            raise _Refused(Problem(place, mapping.path, "a key holds half a character (a lone surrogate)"))
        if name == "<<":
            raise _Refused(Problem(place, path, "merge keys are not read", "use a preset for shared values"))
        if name in mapping.entries:
            first = mapping.entries[name].key
            line = f" (first on line {first.line})" if first else ""
            self.problems.append(Problem(place, path, f"written twice{line}", "keep one of them"))
        mapping.key = (name, place)

    def _alias(self, event: Any, place: Place) -> None:
        if self._awaits_key():
            raise _Refused(Problem(place, self._path(), "a key must be text", "write `name: value`"))
        if event.anchor not in self._anchors:
            inside = any(collection.anchor == event.anchor for collection in self._open)
            what = "refers to itself" if inside else "refers to nothing above it"
            raise _Refused(Problem(place, self._path(), f"the alias *{event.anchor} {what}", "write the value out"))
        node, size, depth = self._anchors[event.anchor]
        if len(self._open) + depth > MAX_DEPTH:
            raise _Refused(Problem(place, self._path(), f"nested deeper than {MAX_DEPTH} levels", "flatten it"))
        self._put(node, size, depth, None)

    def _put(self, node: Node, size: int, depth: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size, depth)
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.size += size
        parent.depth = max(parent.depth, depth + 1)
        if parent.size > MAX_NODES:
            raise _Refused(
                Problem(node.place, parent.path, f"expands to more than {MAX_NODES} values", "use fewer aliases")
            )
        if parent.items is not None:
            parent.items.append(node)
        elif parent.key is not None:
            name, place = parent.key
            parent.entries[name] = Node(node.value, node.place, place, node.path)
            parent.key = None

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].items is None and self._open[-1].key is None

    def _path(self) -> str:
        if not self._open:
            return ""
        inner = self._open[-1]
        last = inner.key[0] if inner.key else (str(len(inner.items)) if inner.items is not None else "")
        return ".".join(part for part in (inner.path, last) if part)

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.shown, mark.line + 1, mark.column + 1)
