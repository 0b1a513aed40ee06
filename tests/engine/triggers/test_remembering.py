"""What a service remembers: inputs of the versions whose triggers ask for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.registry.store import register
from engine.triggers.recent import read_recent, recent_folder
from engine.triggers.remembering import Memories
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

Write = Callable[..., Path]
ROWS = [{"text": f"a crack at pole {number}", "location": "Oslo"} for number in range(5)]
SAID = [{"label": "even", "confidence": 0.75}] * 5


@pytest.fixture
def version(workspace: Workspace) -> str:
    return register(workspace, ended_run(workspace, profile="p")).name


def test_inputs_are_remembered_where_a_trigger_asks_for_them(
    workspace: Workspace, home: Path, profile: Write, version: str
) -> None:
    path = profile("name: drift, environment: {new_locations: {}}")
    memories = Memories(workspace, [path])
    memories.add(version, ROWS, SAID)
    memories.close()
    found = read_recent(recent_folder(home, 1))
    assert (found.kind, found.vectors.shape) == ("letters-1", (5, 128))
    assert found.confidences.tolist() == [0.75] * 5
    assert found.places == {"location": {"Oslo": 5}}


def test_where_no_trigger_asks_nothing_is(workspace: Workspace, home: Path, profile: Write, version: str) -> None:
    memories = Memories(workspace, [profile("name: more, data: {examples: 5}")])
    memories.add(version, ROWS, SAID)
    memories.close()
    assert not (home / "traffic").exists()


def test_of_a_model_that_encrypts_no_vectors_are_kept(
    workspace: Workspace, home: Path, profile: Write, version: str
) -> None:
    path = profile("name: drift, environment: {test: null, confidence_psi: 0.2}")
    path.write_text(path.read_text().replace("    triggers:", "    privacy: {encrypt: true}\n    triggers:"))
    memories = Memories(workspace, [path])
    memories.add(version, ROWS, SAID)
    memories.close()
    found = read_recent(recent_folder(home, 1))
    assert found.vectors.shape == (5, 0)
    assert found.confidences.tolist() == [0.75] * 5


def test_a_version_that_is_not_there_is_told(workspace: Workspace, profile: Write) -> None:
    with pytest.raises(InputError):
        Memories(workspace, [profile("name: drift, environment: {}")]).add("p/m@7", ROWS, SAID)
