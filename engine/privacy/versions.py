"""Versions of the registry that are concerned by a removal: what they hold of it goes, and they stay whole versions.

A version does not change but for this. Its manifest then says the new hashes of what was mended; a file that was
damaged before keeps its old one, so that nobody's tampering is blessed on the way.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from engine.errors import InputError
from engine.files import write_json
from engine.privacy.removal import Removal
from engine.registry.history import Entry, append_held, held, operator, read_history
from engine.registry.integrity import damaged_files, file_facts
from engine.registry.manifest import Manifest, read_manifest
from engine.registry.paths import ModelHome
from engine.registry.store import Version, models, versions
from engine.triggers.recent import forget_recent
from engine.triggers.reference import forget_references
from engine.workspace import Workspace


def versions_trained_on(workspace: Workspace, datasets: Collection[str], runs: Collection[str]) -> list[Version]:
    """Versions of these runs, of trainings on these datasets, or on top of either; oldest first."""
    every = [version for home in models(workspace) for version in versions(workspace, home.profile, home.model)]
    known = [(version, manifest) for version in every if (manifest := _manifest(version)) is not None]
    found: list[Version] = []
    own_runs = set(runs)
    for version, manifest in sorted(known, key=lambda pair: pair[1].created):
        bases = {manifest.run, *PurePosixPath(str(manifest.config.get("base", ""))).parts}
        if manifest.continues is not None:
            bases.add(manifest.continues.run)
        if manifest.dataset in datasets or bases & own_runs:
            found.append(version)
            own_runs.add(manifest.run)
    return found


def damaged_in(found: Collection[Version]) -> list[str]:
    """Files that are not as they were registered, as `utility/ner@3/model/…`."""
    return [f"{version.name}/{name}" for version in found for name in damaged_files(version.paths, version.manifest)]


@contextlib.contextmanager
def mending(home: ModelHome, removal: Removal) -> Iterator[list[tuple[Path, bool]]]:
    """The parts of a model's home, with whether each belongs to a training on what is removed, while nobody registers
    or moves anything. Afterwards the versions that were mended say so in their manifests."""
    concerned = set(removal.versions)
    with held(home):
        found = versions(Workspace(home.workspace), home.profile, home.model)
        own = {version.paths.root for version in found if version.name in concerned}
        yield [(path, path in own) for path in sorted(home.root.iterdir()) if path != home.lock]
        changed = [version for version in found if _reseal(version, removal.damaged)]
        noted = {entry.detail.get("removal") for entry in read_history(home) if entry.action == "forget"}
        if changed and removal.id not in noted:
            told = {"removal": removal.id, "versions": [version.number for version in changed]}
            append_held(home, Entry(who=operator(), action="forget", why=removal.reason, detail=told))


def forget_described(workspace: Workspace, removal: Removal) -> None:
    """Remove the vectors that were made of inputs and training data of the versions concerned: they name nobody, and
    still say who is in a picture. Triggers begin anew."""
    concerned = set(removal.versions)
    for home in models(workspace):
        for version in versions(workspace, home.profile, home.model):
            if version.name in concerned:
                forget_recent(home.root, version.number)
    if concerned:
        forget_references(workspace)


def _reseal(version: Version, damaged: Collection[str]) -> bool:
    """Write the hashes of the files as they are now; whether any was another."""
    manifest = _manifest(version)
    if manifest is None:
        return False
    now = file_facts(version.paths.root)
    kept = {
        name: fact if f"{version.name}/{name}" in damaged else now[name]
        for name, fact in manifest.files.items()
        if name in now or f"{version.name}/{name}" in damaged
    }
    if kept == manifest.files:
        return False
    write_json(version.paths.manifest, msgspec.structs.replace(manifest, files=kept))
    return True


def _manifest(version: Version) -> Manifest | None:
    try:
        return read_manifest(version.paths.manifest)
    except InputError:
        return None
