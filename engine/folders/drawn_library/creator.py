"""One creator's folders: works in the creator's order, with what people and systems add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from engine.folders.drawn_library import names
from engine.folders.drawn_library.roles import Role
from engine.folders.drawn_library.style import Style, draw_style
from engine.folders.drawn_library.trades import BYTES, EXTENSIONS, Trade, choices_of, draw_trade
from engine.folders.drawn_library.words import LANGUAGES, Concept, concepts

_FILELESS = ("",)
_AS_GUEST = ("{}", "{}", "{}", "by {}", "with {}", "{} (guest)", "feat. {}", "{} collab", "art {}")


@dataclass(slots=True)
class Node:
    """A folder that is drawn; children by their names without case, which some systems do not tell apart."""

    name: str
    role: Role
    extensions: Sequence[str] = ()
    children: dict[str, Node] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    """Extension → how many files right in it."""
    scale: float = 1.0
    """How large its files are, beside the usual."""

    @property
    def bytes(self) -> int:
        """Size of the files right in it."""
        return sum(file_bytes(extension, self.scale) * count for extension, count in self.files.items())

    def walk(self) -> Iterator[Node]:
        """This folder and all below."""
        yield self
        for child in self.children.values():
            yield from child.walk()


def file_bytes(extension: str, scale: float) -> int:
    """Size of one file."""
    return int(BYTES.get(extension, 20_000) * scale)


@dataclass(frozen=True)
class Habits:
    """How untidy the library is: means over all creators."""

    typos: float = 0.03
    """Part of the names with a slip."""
    mixed: float = 0.2
    """Part of the creators who do not write in English alone."""
    misplaced: float = 0.04
    """Part of the works that lie where they do not belong, or stand in themselves once more."""
    junk: float = 0.2
    """How often a work has a folder beside it or in it that is none of its parts."""


class Creator:
    """Draws one creator, who has a style, a trade and a way to order things."""

    def __init__(self, random: Random, habits: Habits) -> None:
        self.random, self.habits = random, habits
        language = random.choice(LANGUAGES[1:]) if random.random() < habits.mixed else LANGUAGES[0]
        name = names.artist(random, language)
        self.style: Style = draw_style(random, name, language, typos=habits.typos)
        self.trade: Trade = draw_trade(random)
        self.above = random.choice(self.trade.above)
        self.within = random.sample(self.trade.within, 2)
        self.has_guests = random.random() < 0.5
        self.untidy = habits.junk * random.choice((0.3, 1.0, 2.0))
        self.few: dict[Role, tuple[Concept, ...]] = {}
        self.root = Node(self._artist(name), Role.ARTIST)
        self.works = 0

    def draw(self, folders: int) -> Node:
        """The creator's folder with so many folders in all, itself included, or a few more."""
        made, tries = 1, 0
        while made < folders and tries < 50:
            before, made = made, made + self._add_work()
            tries = tries + 1 if made == before else 0
        for node in self.root.walk():
            self._fill(node)
        return self.root

    # -- works

    def _add_work(self) -> int:
        """One more work with what belongs to it; how many folders that made."""
        random, made = self.random, 0
        self.works += 1
        above, holder = self.above, self.root
        if self.has_guests and random.random() < 0.15:
            holder, made = self._guest(holder)
            above = above[-1:] if random.random() < 0.4 else ()
        elif random.random() < self.habits.misplaced:
            above = random.choice(self.trade.above)
        for role in above:
            holder, new = self._level(holder, role)
            made += new
        work, new = self._get(holder, self._title(), Role.PACK, ())
        made += new
        if random.random() < self.habits.misplaced:
            # Unpacked into a folder of its own name.
            work, new = self._get(work, work.name, Role.PACK, ())
            made += new
        if self.has_guests and random.random() < 0.08:
            work, new = self._guest(work)
            made += new
        levels = self.within[0] if random.random() < 0.75 else self.within[1]
        if random.random() > 0.12:
            made += self._parts(work, levels)
        if random.random() < self.untidy:
            made += self._junk(random.choice((holder, work, work)))
        return made

    def _parts(self, holder: Node, levels: Sequence[Role]) -> int:
        """Folders for each of some choices of the first level, and in each the same of the next."""
        if not levels:
            return 0
        role, rest = levels[0], levels[1:]
        known = self._few(role)
        chosen = self.random.sample(known, min(len(known), self.random.choice((1, 2, 2, 2, 3, 3, 4, 5))))
        made = 0
        for concept in chosen:
            part, new = self._called(holder, role, concept)
            made += new
            if rest and self.random.random() < 0.85:
                made += self._parts(part, rest)
        return made

    def _few(self, role: Role) -> tuple[Concept, ...]:
        """What this creator offers at all: always the same few formats, some more subjects."""
        if role not in self.few:
            known = choices_of(self.trade, role)
            most = self.random.randint(6, 20) if role is Role.SUBJECT else self.random.randint(2, 6)
            if role is Role.TYPE:
                # The main thing first, and the rest by chance.
                known = known[: self.random.randint(2, len(known))]
            self.few[role] = tuple(self.random.sample(known, min(most, len(known))))
        return self.few[role]

    def _level(self, holder: Node, role: Role) -> tuple[Node, int]:
        if role is Role.SERIES:
            there = [child for child in holder.children.values() if child.role is Role.SERIES]
            if there and self.random.random() < 0.7:
                return self.random.choice(there), 0
            text = names.series(self.random, self._language())
            return self._get(holder, self.style.write(text, self.random), Role.SERIES, ())
        return self._called(holder, role, self.random.choice(self._few(role)))

    def _called(self, holder: Node, role: Role, concept: Concept) -> tuple[Node, int]:
        text = self.style.word(role, concept, self.random)
        name = self.style.write(text, self.random, number=len(holder.children) + 1)
        return self._get(holder, name, role, EXTENSIONS.get(concept.key, ()))

    def _guest(self, holder: Node) -> tuple[Node, int]:
        random = self.random
        there = [child for child in holder.children.values() if child.role is Role.GUEST]
        if there and random.random() < 0.6:
            return random.choice(there), 0
        name = names.artist(random, self._language())
        decorated = random.choice(_AS_GUEST)
        return self._get(holder, self._artist(decorated.format(name)), Role.GUEST, ())

    def _junk(self, holder: Node) -> int:
        role = Role.JUNK if self.random.random() < 0.7 else Role.UNCLEAR
        concept = self.random.choice(concepts(role))
        node, made = self._called(holder, role, concept)
        if concept.key == "__MACOSX":
            holder.children.pop(node.name.casefold())
            node.name = concept.key
            holder.children.setdefault(node.name.casefold(), node)
            # Holds the tree once more, empty but for hidden files.
            for child in list(holder.children.values())[:2]:
                if child is not node:
                    made += self._get(node, child.name, child.role, _FILELESS)[1]
        return made

    def _get(self, holder: Node, name: str, role: Role, extensions: Sequence[str]) -> tuple[Node, int]:
        """The folder of that name, and 1 where it had to be made."""
        key = name.casefold()
        there = holder.children.get(key)
        if there is not None and there.role is not role:
            key = f"{key} 2"
            name, there = f"{name} 2", holder.children.get(key)
        if there is not None:
            return there, 0
        node = holder.children[key] = Node(name, role, extensions or holder.extensions)
        return node, 1

    # -- names

    def _title(self) -> str:
        text = names.title(self.random, self._language())
        name = self.style.write(text, self.random, number=self.works, is_title=True)
        return f"{name} (1)" if self.random.random() < 0.01 else name

    def _artist(self, name: str) -> str:
        """Names of people are written out by most, whatever the style."""
        return name.replace("/", "-") if self.random.random() < 0.6 else self.style.write(name, self.random)

    def _language(self) -> str:
        return "en" if self.random.random() < self.style.english else self.style.language

    # -- files

    def _fill(self, node: Node) -> None:
        """Files: many in folders that hold no folders, few in others."""
        random = self.random
        if node.children and random.random() < 0.7:
            return
        extensions = node.extensions or self.trade.extensions
        count = random.choice((1, 1, 2)) if node.children else random.choice((1, 2, 2, 3, 4, 6, 9))
        extension = random.choice(extensions)
        node.files = {extension: count}
        if random.random() < 0.2:
            node.files.setdefault(random.choice(("txt", "jpg", "pdf", "url")), 1)
        node.scale = random.choice((0.3, 0.7, 1.0, 1.0, 1.6, 3.0))
