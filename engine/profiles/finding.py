"""Where profiles lie: `./profiles` of the working directory, then those that are shipped."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ProfileError
from engine.profiles.validation import advice

SUFFIXES = (".yaml", ".yml")


def list_profiles() -> list[Path]:
    """Every profile that can be called by its name, by name; one's own goes before a shipped one."""
    found: dict[str, Path] = {}
    for folder in (Path("profiles").absolute(), shipped_profiles()):
        if folder.is_dir():
            for path in sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file()):
                found.setdefault(path.stem, path)
    return [found[name] for name in sorted(found)]


def find_profile(name_or_path: str | Path) -> Path:
    """The file of a profile. Raises ProfileError that names the nearest one."""
    path = Path(name_or_path).expanduser()
    if path.suffix in SUFFIXES or len(path.parts) > 1:
        if not path.exists():
            raise ProfileError("no such file", where=str(path), fix="`engine profiles list` shows those there are")
        return path
    known = {profile.stem: profile for profile in list_profiles()}
    if path.name not in known:
        raise ProfileError(
            f"there is no profile {path.name!r}",
            fix=f"{advice(path.name, known) or 'give a path'} (a name, or a path that ends in .yaml)",
        )
    return known[path.name]


def shipped_profiles() -> Path:
    """The folder of the profiles that come with finetop: inside an installed package, beside it in a checkout."""
    installed = Path(__file__).parent / "shipped"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "profiles"
