"""XML without its dangers: no document type, no entities, a limit on size. Elements know their line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

MAX_BYTES = 16 << 20


class UnusableXml(ValueError):
    """Why a document cannot be used, in words."""


@dataclass
class Element:
    """An element with its text and children."""

    name: str
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> list[Element]:
        """Children of that name."""
        return [child for child in self.children if child.name == name]

    def child(self, name: str) -> Element | None:
        return next(iter(self.all(name)), None)

    def text_of(self, name: str) -> str:
        """The text of a child; empty where there is none."""
        child = self.child(name)
        return child.text.strip() if child else ""


def parse_xml(path: Path) -> Element:
    """The document's root. Raises UnusableXml."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnusableXml(f"the file has more than {MAX_BYTES >> 20} MiB")
        return parse_bytes(path.read_bytes())
    except OSError as problem:
        raise UnusableXml(f"the file cannot be read ({problem.strerror})") from problem


def parse_bytes(data: bytes) -> Element:
    """The root of a document in memory. Raises UnusableXml."""
    parser = expat.ParserCreate()
    root = Element("", 0)
    path = [root]

    def start(name: str, _: dict[str, str]) -> None:
        element = Element(name, parser.CurrentLineNumber)
        path[-1].children.append(element)
        path.append(element)

    def end(_: str) -> None:
        path.pop()

    def text(part: str) -> None:
        path[-1].text += part

    def refuse(*_: object) -> None:
        # Entities can make a small file unpack without end, or read other files: labels have no use for them.
        raise UnusableXml("the file declares a document type or entities, which labels have no use for")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as problem:
        if isinstance(problem, UnusableXml):
            raise
        raise UnusableXml(f"the file is not XML ({problem})") from problem
    return root.children[0]
