"""The profiles that requests may name: those that are found by their name, and those that `--profile` gave."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.profiles import Profile, list_profiles, load_profile
from engine.profiles.validation import advice


class Projects:
    """Name → profile. A request gives a name and never a path. Threads may share it."""

    def __init__(self, given: Sequence[str | Path] = (), *, known: bool = True) -> None:
        """`given`: paths of profiles beside those that are found by their name (`known`). Raises ProfileError."""
        self._paths = {path.stem: path for path in list_profiles()} if known else {}
        self._lock = threading.Lock()
        self._loaded: dict[str, tuple[int, Profile]] = {}
        for path in given:
            loaded = load_profile(path)
            self._paths[loaded.name] = Path(path).expanduser().absolute()

    @property
    def names(self) -> list[str]:
        return sorted(self._paths)

    def path(self, name: str) -> str:
        """Where a profile lies. Raises NotFoundError."""
        if name not in self._paths:
            raise NotFoundError(
                f"there is no profile {name!r}",
                fix=advice(name, self._paths)
                or "GET /fine-tune/models lists them; `engine serve --profile` adds one",
            )
        return str(self._paths[name])

    def load(self, name: str) -> Profile:
        """A profile, read again when its file is another. Raises NotFoundError, ProfileError."""
        path = Path(self.path(name))
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError as problem:
            raise NotFoundError(f"the file of the profile {name} is gone", fix="bring it back") from problem
        with self._lock:
            known = self._loaded.get(name)
            if known is None or known[0] != changed:
                known = self._loaded[name] = (changed, load_profile(path))
            return known[1]

    def check_model(self, name: str, model: str) -> None:
        """Raises NotFoundError unless the profile has the model."""
        models = self.load(name).models
        if model not in models:
            raise NotFoundError(f"the profile {name} has no model {model!r}", fix=advice(model, models))

    def usable(self, *, with_triggers: bool = False) -> list[Path]:
        """Paths of the profiles that can be used (and have triggers)."""
        return [
            self._paths[profile.name]
            for profile in self.readable()
            if not with_triggers or any(model.triggers for model in profile.models.values())
        ]

    def readable(self) -> list[Profile]:
        """Every profile that can be used; one that is broken is left out."""
        found = []
        for name in self.names:
            try:
                found.append(self.load(name))
            except InputError:
                continue
        return found
