from pathlib import Path

import pytest

from engine import api
from engine.errors import InputError, NotFoundError
from engine.folders.encoder import encoder_of
from engine.workspace import Workspace


def test_without_a_run_it_is_the_base_of_the_model_that_learns_the_taxonomy(profile: Path, tmp_path: Path) -> None:
    encoder = encoder_of(None, str(profile), "legacy", Workspace(tmp_path))
    assert encoder.template == "{name} in {parent}"
    assert encoder.regularization == 1.0


def test_a_run_that_is_not_there_is_named(profile: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="20990101"):
        encoder_of("20990101", str(profile), "legacy", Workspace(tmp_path))


@pytest.mark.slow
def test_a_run_of_another_task_compares_no_folders(scripted_profile: Path, tmp_path: Path) -> None:
    (run,) = api.train(str(scripted_profile), ["good"], workspace=tmp_path)
    run.wait(timeout=60)
    with pytest.raises(InputError, match="the model does noop; name one of text-classification"):
        encoder_of(run.id, "folders", "legacy", Workspace(tmp_path))
