"""How one creator writes folder names. Every creator has a style of its own, and keeps to it, mostly."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from engine.datasets.noise import misspelt
from engine.folders.drawn_library.roles import Role
from engine.folders.drawn_library.words import LANGUAGES, Concept, word_list

_CASES = ("title", "title", "title", "plain", "lower", "lower", "upper", "camel")
_SEPARATORS = (" ", " ", " ", " ", "_", "_", "-", ".", " - ")
_MOST_BYTES = 200
"""File systems take 255; what copying adds must fit, too."""


@dataclass
class Style:
    """Drawn once for a creator; `words` fills as the creator needs words."""

    language: str
    english: float
    """How often a word is English in spite of the language."""
    case: str
    separator: str
    codes: float
    """How often a word is written by its first letters, with no vowels, or as a code of one's own."""
    prefix: str
    """`number`, `initials`, `brackets` or empty."""
    initials: str
    suffix: str
    """What the creator likes to write behind titles."""
    typos: float
    fickle: float
    """How often a word or a way of writing is not the usual one."""
    old_bytes: bool
    """Names were written by a system that knew no UTF-8."""
    words: dict[tuple[Role, str], str] = field(default_factory=dict)

    def word(self, role: Role, concept: Concept, random: Random) -> str:
        """The creator's own word for something: chosen once, then kept."""
        key = (role, concept.key)
        own = self.words.get(key)
        if own is None:
            own = self.words[key] = self._choose(concept, random)
        if random.random() < self.fickle:
            return self._choose(concept, random)
        return own

    def _choose(self, concept: Concept, random: Random) -> str:
        language = "en" if random.random() < self.english else self.language
        names = concept.names[LANGUAGES.index(language)]
        # Half of the creators use the usual name, and the others any.
        chosen = names[0] if random.random() < 0.5 else random.choice(names)
        if len(chosen) > 3 and random.random() < self.codes:
            return _code(chosen, random)
        return chosen

    def write(self, text: str, random: Random, *, number: int = 0, is_title: bool = False) -> str:
        """`text` as the creator writes it: a name for a folder."""
        case, separator = self.case, self.separator
        if random.random() < self.fickle:
            case, separator = random.choice(_CASES), random.choice(_SEPARATORS)
        words = text.split(" ")
        if self.typos and random.random() < self.typos:
            at = random.randrange(len(words))
            if len(words[at]) >= 4 and words[at].isalpha():
                words[at] = misspelt(words[at], random)
        written = _joined(words, case, separator)
        if is_title:
            gap = " " if separator == " - " else separator
            if self.prefix == "number" and number:
                written = f"{number:02d}{gap}{written}"
            elif self.prefix == "initials":
                written = f"{self.initials}{gap}{written}"
            elif self.prefix == "brackets":
                written = f"[{self.initials}] {written}"
            if self.suffix and random.random() < 0.6:
                written += gap + self.suffix
        return self._safe(written)

    def _safe(self, name: str) -> str:
        name = name.replace("/", "-").replace("\0", "").strip() or "_"
        if name in (".", ".."):
            name = "_"
        while len(name.encode("utf-8", "surrogateescape")) > _MOST_BYTES:
            name = name[:-1]
        if self.old_bytes and not name.isascii():
            return name.encode("cp850", "replace").decode("utf-8", "surrogateescape").replace("?", "_")
        return name


def draw_style(random: Random, name: str, language: str, *, typos: float) -> Style:
    """A style for the creator `name`; `typos` is the mean over all creators."""
    letters = "".join(word[0] for word in name.split() if word[0].isalpha()) or name[:2]
    return Style(
        language=language,
        english=random.choice((0.1, 0.3, 0.6)) if language != "en" else 1.0,
        case=random.choice(_CASES),
        separator=random.choice(_SEPARATORS),
        codes=random.choice((0.0, 0.0, 0.03, 0.12)),
        prefix=random.choice(("", "", "", "", "number", "initials", "brackets")),
        initials=letters.upper()[:3],
        suffix=random.choice(("", "", "", "", "pack", "map pack", "(free)", "v1.0", f"by {name.split()[0]}")),
        typos=typos * random.choice((0.0, 0.5, 1.0, 2.5)),
        fickle=random.choice((0.02, 0.05, 0.1, 0.25)),
        old_bytes=language != "en" and random.random() < 0.15,
    )


def _code(word: str, random: Random) -> str:
    match random.randrange(3):
        case 0:
            return word[:3]
        case 1:
            return word[0] + "".join(letter for letter in word[1:] if letter not in "aeiouäöüéèíóú ")
    return "".join(part[0] for part in word.replace("-", " ").split() if part) if " " in word else word[:2]


def _joined(words: list[str], case: str, separator: str) -> str:
    if case in ("title", "camel", "plain"):
        words = [word.upper() if word in word_list("acronyms") else word for word in words]
    match case:
        case "lower":
            words = [word.lower() for word in words]
        case "upper":
            words = [word.upper() for word in words]
        case "title" | "camel":
            words = [word if word.isupper() else word[:1].upper() + word[1:] for word in words]
        case _:
            words = [words[0][:1].upper() + words[0][1:], *words[1:]]
    return ("" if case == "camel" else " " if separator == " - " else separator).join(words)
