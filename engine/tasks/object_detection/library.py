"""All that we take from Ultralytics, imported so that it neither calls home, fetches, installs nor writes beside the
user's files. What it reads from the environment it reads at import, so nobody else imports it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

import cv2
import torch
from PIL import Image

from engine.errors import InputError

_ENVIRONMENT = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    # Left empty, it would be set to one thread for the whole process.
    "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or str(os.cpu_count() or 1),
}
# It writes its settings there while it is imported, and must not find those of another time.
_SETTINGS = tempfile.mkdtemp(prefix="finetop-yolo-")
os.environ.update(_ENVIRONMENT, YOLO_CONFIG_DIR=_SETTINGS)
# It puts functions of its own in place of these, for the whole process.
_REPLACED = [(Image, "open"), (torch, "save"), (cv2, "imread"), (cv2, "imwrite"), (cv2, "imshow")]
_OURS = [(module, name, getattr(module, name)) for module, name in _REPLACED]

try:
    from ultralytics.data.augment import Compose, RandomPerspective
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.nn.tasks import DetectionModel, parse_model, torch_safe_load, yaml_model_load
    from ultralytics.utils import DEFAULT_CFG_DICT, SETTINGS, IterableSimpleNamespace
    from ultralytics.utils.loss import v8DetectionLoss
    from ultralytics.utils.nms import non_max_suppression
    from ultralytics.utils.tal import TaskAlignedAssigner
except ModuleNotFoundError as problem:
    raise InputError(
        f"object detection needs a package that is not installed ({problem.name})",
        fix="pip install 'finetop[detect]'",
    ) from problem
finally:
    shutil.rmtree(_SETTINGS, ignore_errors=True)

for _module, _name, _function in _OURS:
    setattr(_module, _name, _function)
dict.update(SETTINGS, {"sync": False})  # in memory alone: its own `update` writes a file

__all__ = [
    "Compose",
    "DetectionModel",
    "RandomPerspective",
    "TaskAlignedAssigner",
    "YOLODataset",
    "library_settings",
    "non_max_suppression",
    "parse_model",
    "torch_safe_load",
    "v8DetectionLoss",
    "yaml_model_load",
]


def library_settings(**changes: Any) -> Any:
    """Its default settings with changes, as its modules expect them."""
    return IterableSimpleNamespace(**{**DEFAULT_CFG_DICT, **changes})
