"""Benchmarks are scripts: their modules are loaded by path, with their neighbours in reach."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "benchmarks"


def load(name: str) -> ModuleType:
    """A module of benchmarks/, once."""
    known = f"benchmark_{name}"
    if known in sys.modules:
        return sys.modules[known]
    specification = importlib.util.spec_from_file_location(known, FOLDER / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = sys.modules[known] = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(FOLDER))
    try:
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module
