from pathlib import Path

import pytest

from engine.registry.history import Entry, append
from engine.registry.paths import ModelHome
from engine.registry.store import home_of, register
from engine.runs.spec import DecisionPolicy
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def home(workspace: Workspace) -> ModelHome:
    """Two versions of a model, the first of them in production."""
    decisions = DecisionPolicy(automatic_above=0.8, probation_raise=0.1, probation_decisions=3)
    for value in (7, 8):
        register(workspace, ended_run(workspace, value=value, decisions=decisions))
    home = home_of(workspace, "plain", "m")
    append(home, Entry(who="ada", action="promote", alias="production", to_version=1))
    return home
