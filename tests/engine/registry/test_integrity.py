"""A version whose files are not those that were registered is told from one that is intact."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.registry.integrity import file_facts, problems_of
from engine.registry.manifest import FileFact, Manifest
from engine.registry.paths import VersionPaths


@pytest.fixture
def paths(tmp_path: Path) -> VersionPaths:
    paths = VersionPaths(tmp_path / "1")
    paths.model.mkdir(parents=True)
    (paths.model / "model.safetensors").write_bytes(b"weights")
    (paths.model / "1_Pooling").mkdir()
    (paths.model / "1_Pooling" / "config.json").write_text("{}")
    paths.report.write_text("{}")
    return paths


def manifest_of(paths: VersionPaths, **more: FileFact) -> Manifest:
    return Manifest(
        profile="utility",
        model="ner",
        version=1,
        task="noop",
        created=0.0,
        run="r",
        dataset="d",
        dataset_sha256="",
        base="",
        preset="full",
        config={},
        headline="f1",
        targets=[],
        metrics={},
        files=file_facts(paths.root) | more,
    )


def test_a_version_as_it_was_registered_is_intact(paths: VersionPaths) -> None:
    manifest = manifest_of(paths)
    paths.manifest.write_text("{}")
    (paths.root / "model-index").mkdir()
    (paths.root / "model-index" / "lock").touch()
    assert set(manifest.files) == {"model/model.safetensors", "model/1_Pooling/config.json", "report.json"}
    assert problems_of(paths, manifest) == problems_of(paths, manifest, whole=True) == []


def test_missing_and_strange_files_and_other_sizes_are_named(paths: VersionPaths) -> None:
    manifest = manifest_of(paths)
    paths.report.unlink()
    (paths.model / "extra.py").write_text("")
    (paths.model / "model.safetensors").write_bytes(b"more weights")
    assert problems_of(paths, manifest) == [
        "model/model.safetensors has 12 bytes in place of 7",
        "report.json is missing",
        "model/extra.py was not registered",
    ]


def test_another_content_of_the_same_size_is_found_by_hashes_alone(paths: VersionPaths) -> None:
    manifest = manifest_of(paths)
    (paths.model / "model.safetensors").write_bytes(b"w3ights")
    assert problems_of(paths, manifest) == []
    assert problems_of(paths, manifest, whole=True) == [
        "model/model.safetensors has another content than was registered"
    ]


def test_a_link_in_place_of_a_file_or_directory_is_no_file(paths: VersionPaths, tmp_path: Path) -> None:
    manifest = manifest_of(paths)
    (paths.model / "1_Pooling").rename(tmp_path / "elsewhere")
    (paths.model / "1_Pooling").symlink_to(tmp_path / "elsewhere")
    paths.report.rename(tmp_path / "report.json")
    paths.report.symlink_to(tmp_path / "report.json")
    assert problems_of(paths, manifest) == [
        "model/1_Pooling/config.json is missing",
        "report.json is no plain file",
        "model/1_Pooling was not registered",
    ]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "model/../../secret", ""])
def test_a_manifest_never_leads_outside_of_the_version(name: str, paths: VersionPaths) -> None:
    manifest = manifest_of(paths, **{name: FileFact("0", 1)})
    assert problems_of(paths, manifest, whole=True) == [
        f"the manifest names {name!r}, which lies outside of the version"
    ]


def test_a_version_that_is_gone_lacks_every_file(paths: VersionPaths, tmp_path: Path) -> None:
    assert len(problems_of(VersionPaths(tmp_path / "2"), manifest_of(paths))) == 3
