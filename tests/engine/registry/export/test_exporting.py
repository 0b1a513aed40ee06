"""An export is complete and verified, or nothing is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from engine.cli.main import main
from engine.errors import InputError, WorkError
from engine.files import read_json
from engine.registry.export.exporting import export
from engine.registry.integrity import problems_of
from engine.registry.paths import VersionPaths
from engine.registry.store import Version, register
from engine.tasks.catalog import find_task
from engine.workspace import Workspace
from tests.engine.registry.export.versions import tiny_version
from tests.engine.registry.made import ended_run
from tests.engine.registry.tiny_models import MAKE, TEXTS


@pytest.fixture
def version(workspace: Workspace) -> Version:
    return register(workspace, ended_run(workspace))


def test_a_native_export_is_the_version_itself(version: Version, tmp_path: Path) -> None:
    done = export(version, tmp_path / "out")
    copy = VersionPaths(tmp_path / "out")
    (copy.root / "export.json").unlink()
    assert problems_of(copy, version.manifest, whole=True) == []
    assert find_task("noop").load(copy.model, "cpu").predict([{"text": "one"}])
    assert ModelCard(copy.card.read_text()).data.library_name == "finetop"
    assert done.version == "plain/m@1"


def test_what_is_there_already_is_never_written_over(version: Version, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for place in ("out", "out/mine.txt", "link"):
        with pytest.raises(InputError, match="holds something already"):
            export(version, tmp_path / place)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    export(version, tmp_path / "empty")


def test_a_version_that_was_tampered_with_is_not_exported(version: Version, tmp_path: Path) -> None:
    (version.paths.model / "finetop.json").write_text('{"task": "noop", "value": 666}')
    with pytest.raises(InputError, match=r"model/finetop\.json"):
        export(version, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format", ["onnx", "huggingface"])
def test_a_task_without_an_export_says_so(format: Any, version: Version, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="models of noop have no export"):
        export(version, tmp_path / "out", format)
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_the_command_says_what_it_wrote(
    version: Version, tmp_path: Path, capsys: pytest.CaptureFixture[str], workspace: Workspace
) -> None:
    given = ["models", "export", version.name, str(tmp_path / "out"), "--workspace", str(workspace.root)]
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 0
    assert "wrote plain/m@1 as native" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main([*given[:3], str(tmp_path / "more"), "--format", "tensorflow", *given[4:]])
    assert ended.value.code == 2


@pytest.mark.slow
@pytest.mark.parametrize("task", MAKE)
def test_an_onnx_file_answers_as_its_version(task: str, tmp_path: Path) -> None:
    version = tiny_version(tmp_path, task)
    done = export(version, tmp_path / "out", "onnx")
    assert done.agreement is not None
    assert done.agreement.verified
    assert max(done.agreement.largest.values()) < 1e-3
    written = read_json(tmp_path / "out" / "export.json")
    assert written["agreement"]["rows"] == done.agreement.rows > 0
    assert {"model.onnx", "README.md"} <= set(written["files"])
    content = (tmp_path / "out" / "model.onnx").read_bytes()
    assert str(Path(__file__).parents[4]).encode() not in content
    assert ModelCard((tmp_path / "out" / "README.md").read_text()).data.library_name == "onnx"


@pytest.mark.slow
def test_an_onnx_file_is_held_against_the_version_on_validation(tmp_path: Path) -> None:
    rows = [{"text": f"{text} {text}", "entities": []} for text in TEXTS]
    version = tiny_version(tmp_path, "token-classification", rows=rows)
    done = export(version, tmp_path / "out", "onnx", rows=3)
    assert done.verified_on == f"{version.manifest.dataset}/validation"
    assert done.agreement is not None
    assert done.agreement.rows == 3


@pytest.mark.slow
def test_an_onnx_file_that_answers_otherwise_is_not_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from engine.tasks.sentence_similarity import export as module

    version = tiny_version(tmp_path, "sentence-similarity")
    write = module.write_encoder

    def write_another(encoder: Any, path: Path, output: str) -> None:
        torch.nn.init.normal_(next(encoder.parameters()))
        write(encoder, path, output)

    monkeypatch.setattr(module, "write_encoder", write_another)
    with pytest.raises(WorkError, match="does not predict what p/m@1 predicts"):
        export(version, tmp_path / "out", "onnx")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))
