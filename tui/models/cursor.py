"""Which model and version the operator looks at, and which versions are marked. Touches no disk."""

from __future__ import annotations

from tui.models.shelf import ModelSeen, Shelf, VersionSeen


class Cursor:
    """Names, not places: what appears or goes away above does not move it."""

    def __init__(self) -> None:
        self.model = ""
        self._number: dict[str, int] = {}
        self._marked: dict[str, tuple[int, ...]] = {}
        self._shelf = Shelf()

    def settle(self, shelf: Shelf) -> None:
        """Take a new picture of the registry."""
        self._shelf = shelf
        if self.model not in shelf.names:
            self.model = shelf.names[0] if shelf.names else ""

    @property
    def seen(self) -> ModelSeen | None:
        """The model that is looked at; None while its versions are being read."""
        chosen = self._shelf.chosen
        return chosen if chosen is not None and chosen.name == self.model else None

    @property
    def version(self) -> VersionSeen | None:
        """The version that is looked at: the newest where none was chosen."""
        seen = self.seen
        if seen is None or not seen.versions:
            return None
        return seen.version(self._number.get(self.model)) or seen.versions[0]

    @property
    def at(self) -> int:
        """Its place among the versions; -1 where there is none."""
        seen, version = self.seen, self.version
        return seen.versions.index(version) if seen is not None and version is not None else -1

    @property
    def model_at(self) -> int:
        """The model's place in the list; -1 where there is none."""
        return self._shelf.names.index(self.model) if self.model in self._shelf.names else -1

    @property
    def marked(self) -> tuple[int, ...]:
        """Marked versions of the model, lowest first."""
        seen = self.seen
        return tuple(sorted(set(self._marked.get(self.model, ())) & set(seen.numbers))) if seen is not None else ()

    def move(self, step: int) -> None:
        """Up or down in the versions."""
        seen = self.seen
        if seen is not None and seen.versions:
            place = max(0, min(self.at + step, len(seen.versions) - 1))
            self._number[self.model] = seen.versions[place].number

    def move_model(self, step: int) -> bool:
        """To another model; behind the last comes the first. Whether it is another."""
        names, before = self._shelf.names, self.model
        if names:
            self.model = names[(self.model_at + step) % len(names)]
        return self.model != before

    def mark(self) -> None:
        """Mark the version, or take its mark away; two are the most, the oldest mark goes."""
        version = self.version
        if version is None:
            return
        marks = self._marked.get(self.model, ())
        if version.number in marks:
            kept = tuple(number for number in marks if number != version.number)
        else:
            kept = (*marks, version.number)[-2:]
        self._marked[self.model] = kept


def compared(seen: ModelSeen, marked: tuple[int, ...], number: int) -> tuple[int, int] | str:
    """The two versions that are compared, the older or the one in use first; else what to do first, in a sentence."""
    production, pair = seen.standing.production, marked
    if len(pair) != 2:
        other = next((one for one in marked if one != number), production)
        if other is None or other == number:
            return "Mark two versions with Space, or choose one that is not in production."
        pair = (other, number)
    first, second = sorted(pair)
    return (second, first) if second == production else (first, second)
