"""Who answers a prediction: models that are loaded once and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from anyio import to_thread

from engine.errors import InputError
from engine.tasks.catalog import find_task
from engine.tasks.contract import Predictor, Row
from engine.trained import Trained


class Models(Protocol):
    """Predicts with any trained model."""

    async def predict(self, trained: Trained, rows: Sequence[Row]) -> list[Row]:
        """A prediction for each row. Raises InputError for a row that cannot be used."""
        ...

    def close(self) -> None:
        """Give back what is loaded."""
        ...


class LoadedModels:
    """Keeps the models that were asked for last; one prediction at a time for each."""

    def __init__(self, device: str = "cpu", most: int = 4) -> None:
        self._device, self._most = device, most
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, tuple[threading.Lock, list[Predictor]]] = OrderedDict()

    async def predict(self, trained: Trained, rows: Sequence[Row]) -> list[Row]:
        """See `Models`."""
        return await to_thread.run_sync(self._predict, trained, rows)

    def close(self) -> None:
        """See `Models`."""
        with self._lock:
            self._loaded.clear()

    def _predict(self, trained: Trained, rows: Sequence[Row]) -> list[Row]:
        with self._lock:
            own, holder = self._loaded.setdefault(trained.name, (threading.Lock(), []))
            self._loaded.move_to_end(trained.name)
            while len(self._loaded) > self._most:
                self._loaded.popitem(last=False)
        with own:
            if not holder:
                holder.append(_load(trained, self._device))
            return holder[0].predict(rows)


def _load(trained: Trained, device: str) -> Predictor:
    try:
        return find_task(trained.task).load(trained.directory, device)
    except ModuleNotFoundError as problem:
        raise InputError(
            f"the library {problem.name} is not installed", fix="install finetop with the extra `train`"
        ) from problem
