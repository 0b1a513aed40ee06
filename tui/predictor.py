"""Asks a trained model, in a child process: the console itself never imports the training libraries."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import WorkError

Row = dict[str, Any]
COMMAND: tuple[str, ...] = (sys.executable, "-m", "engine.runs.predictor")


@dataclass(frozen=True)
class Ready:
    """The model is loaded."""

    task: str
    device: str
    examples: list[Row] = field(default_factory=list)


class Predictor:
    """One warm model. `answer` blocks: call it from a thread. Closing it ends the child."""

    def __init__(self, directory: Path) -> None:
        """`directory`: of a run, or of a version of the registry."""
        self.directory = directory
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            [*COMMAND, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # A session of its own: Ctrl+C in the terminal is a key of the console, not the end of the model.
            start_new_session=True,
        )
        self._lock = threading.Lock()
        self._ready: Ready | None = None
        self._asked = 0

    def ready(self) -> Ready:
        """Wait until the model is loaded. Raises WorkError that says why it cannot be."""
        with self._lock:
            if self._ready is None:
                said = self._read()
                if not said.get("ready"):
                    raise WorkError(str(said.get("error") or "the model could not be loaded"))
                self._ready = Ready(str(said["task"]), str(said["device"]), list(said.get("examples", [])))
            return self._ready

    def answer(self, samples: Sequence[Row]) -> list[Row]:
        """One prediction per sample. Raises WorkError."""
        said = self._ask({"samples": list(samples)})
        if "predictions" not in said:
            raise WorkError(str(said.get("error") or "the model gave no answer"))
        return list(said["predictions"])

    def nearest(self, text: str, among: Sequence[str], count: int) -> list[tuple[int, float]]:
        """(place among them, cosine) of the texts that the model takes to be most like one. Raises WorkError."""
        said = self._ask({"nearest": {"text": text, "among": list(among), "count": count}})
        if "nearest" not in said:
            raise WorkError(str(said.get("error") or "the model gave no answer"))
        return [(int(place), float(cosine)) for place, cosine in said["nearest"]]

    def _ask(self, question: Row) -> dict[str, Any]:
        self.ready()
        with self._lock:
            self._asked += 1
            request = msgspec.json.encode({"id": self._asked, **question})
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(request + b"\n")
                self._process.stdin.flush()
            except OSError as problem:
                raise WorkError(self._last_words()) from problem
            return self._read()

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    @property
    def memory(self) -> int:
        """Bytes that its process holds in memory; 0 where it is gone."""
        import psutil

        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def end(self) -> None:
        """Tell the child to end; whoever waits for its answer gets a WorkError."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End the child, whatever it does."""
        self.end()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._errors.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
            if line:
                return msgspec.json.decode(line, type=dict[str, Any])
        except (OSError, ValueError) as problem:
            raise WorkError(f"the model's process said something unreadable ({problem})") from problem
        raise WorkError(self._last_words())

    def _last_words(self) -> str:
        """What a child that died has printed last."""
        code = self._process.wait()
        try:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
        except (OSError, ValueError):
            lines = []
        return f"the model's process ended (exit code {code})" + (f": {lines[-1]}" if lines else "")
