"""What may become a network."""

from pathlib import Path
from typing import Any

import pytest

from engine.tasks.object_detection.architecture import problem_with
from engine.tasks.object_detection.library import yaml_model_load

HARM = "__import__('os').mkdir('harm') or nn.SiLU()"
NARROW = [-1, 1, "Conv", [64, 3, 2]]
LARGER = [-1, 1, "nn.Upsample", [None, 16, "nearest"]]
DETECT = [[[0], 1, "Detect", ["nc"]]]
CASES: list[tuple[Any, str]] = [
    ({"activation": HARM}, "activation must be a layer of torch.nn"),
    ({"activation": "nn.Sequential(nn.SiLU())"}, "activation must be a layer of torch.nn"),
    ({"backbone": [[-1, 1, "torch_safe_load", ["secret.pt"]]]}, "layer 0 is 'torch_safe_load'"),
    ({"backbone": [NARROW, [-1, 1, "TorchVision", [64, "resnet18", "DEFAULT"]]]}, "layer 1 is 'TorchVision'"),
    ({"backbone": [[-1, 1, "nn.Module.load_state_dict", []]]}, "is no layer of a detector"),
    ({"backbone": [[-1, 1, "Conv", [HARM, 3, 2]]]}, "neither a number nor a known word"),
    ({"backbone": [[HARM, 1, "Conv", [64, 3, 2]]]}, "neither a number nor a known word"),
    ({"backbone": [[-1, 10**9, "Conv", [64, 3, 2]]]}, "must be repeated 1 to 100 times"),
    ({"backbone": [[-1, 1, "Conv", [10**9, 3, 2]]]}, "neither a number nor a known word"),
    ({"backbone": [[-1, 1, "Conv", [8192, 1024, 32]]], "head": DETECT}, "takes more than 500,000,000 numbers"),
    ({"backbone": [NARROW, LARGER, LARGER], "head": DETECT}, "takes more than 500,000,000 numbers"),
    ({"backbone": [NARROW] * 301}, "must have 1 to 300 layers"),
    ({"backbone": [NARROW, [[-1, 40], 1, "Concat", [1]]]}, "do not fit together"),
    ({"backbone": [[-1, 1, "Conv"]]}, "layer 0 must be"),
    ({"backbone": "Conv"}, "backbone and head as lists"),
    ({"scales": {"n": [10**9, 1, 1]}, "scale": "n"}, "scales must be"),
    ({"depth_multiple": 10**9}, "depth_multiple and width_multiple"),
    ({"width_multiple": "1"}, "depth_multiple and width_multiple"),
    ({"reg_max": 10**9}, "reg_max must be"),
    ({"run": HARM}, "has 'run', which no detector needs"),
]


@pytest.mark.parametrize(("change", "sentence"), CASES, ids=lambda value: str(value)[:50])
def test_a_description_that_would_do_more_than_describe_is_refused(
    change: dict[str, Any], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problem = problem_with(yaml_model_load("yolov8n.yaml") | change)
    assert problem is not None
    assert sentence in problem
    assert not (tmp_path / "harm").exists()


def test_what_is_no_object_is_refused() -> None:
    assert problem_with(["backbone"]) == "the architecture must be an object"


@pytest.mark.parametrize(
    "name",
    [
        "yolov8n",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("yolov8m-p2", "yolov8-ghost", "yolov5n", "yolo11n", "yolov10n", "yolov9t")
        ),
    ],
)
def test_the_librarys_own_detectors_may_be_built(name: str) -> None:
    assert problem_with(yaml_model_load(f"{name}.yaml")) is None
