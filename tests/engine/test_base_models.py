"""Where a base model is found."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.base_models import MINILM_SHA256, cached_snapshot, packaged_minilm, resolve_base
from engine.errors import BaseModelError


def test_the_packaged_minilm_is_the_one_that_the_hub_publishes() -> None:
    directory = packaged_minilm()
    assert directory is not None
    with (directory / "model.safetensors").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == MINILM_SHA256


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_minilm_needs_no_network(name: str) -> None:
    assert resolve_base(name) == str(packaged_minilm())


def test_a_directory_is_taken_before_everything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all-MiniLM-L6-v2").mkdir()
    assert resolve_base("all-MiniLM-L6-v2") == "all-MiniLM-L6-v2"


def test_a_snapshot_in_the_hubs_cache_is_found_when_it_has_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--some--bert" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert cached_snapshot("some/bert") is None
    blob = tmp_path / "models--some--bert" / "blobs" / "53aa"
    blob.parent.mkdir()
    save_file({"weight": np.zeros(2, dtype=np.float32)}, blob)
    (snapshot / "model.safetensors").symlink_to("../../blobs/53aa")
    assert resolve_base("some/bert") == str(snapshot)


def test_a_base_that_is_not_here_is_refused_with_the_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        BaseModelError, match=r"not on this machine.*name a directory, download it.*or use all-MiniLM"
    ):
        resolve_base("nobody/nothing")


def test_without_a_ban_on_the_hub_an_unknown_name_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv("HF_HUB_OFFLINE")
    assert resolve_base("nobody/nothing") == "nobody/nothing"
