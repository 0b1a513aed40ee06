"""The workspace on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import NotFoundError
from engine.runs.paths import RunPaths
from tui.feed.model import LogLine
from tui.places.place import StopWay

if TYPE_CHECKING:
    from engine.runs.handle import RunHandle
    from engine.runs.spec import RunSpec
    from engine.workspace import Workspace

REPORT_BYTES = 256 * 1024
"""A page longer than this is cut: it is for people."""


class LocalPlace:
    """Reads the run directories, and asks their workers."""

    name = ""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def spec(self, run_id: str) -> RunSpec:
        """What a run was started with."""
        from engine.runs.spec import RunSpec

        return RunSpec.read(self._paths(run_id).spec)

    def report(self, run_id: str) -> str:
        """The page of its report."""
        page = self._paths(run_id).report.with_suffix(".md")
        try:
            with page.open("rb") as file:
                data = file.read(REPORT_BYTES + 1)
        except OSError as problem:
            raise NotFoundError(f"run {run_id} has no report", fix="wait until it is done") from problem
        text = data[:REPORT_BYTES].decode("utf-8", "replace")
        return text if len(data) <= REPORT_BYTES else f"{text}\n\n… the rest is in {page.name}"

    def stop(self, run_id: str, way: StopWay) -> str:
        """Ask its worker to stop it; a kill waits until it is gone."""
        handle = self._handle(run_id)
        if way is StopWay.KILL:
            handle.kill()
            return f"{run_id} was killed; its checkpoints stand."
        handle.stop(now=way is StopWay.NOW)
        return f"{run_id} was asked to stop {way.value}."

    def resume(self, run_id: str) -> str:
        """Give it a worker again."""
        self._handle(run_id).resume()
        return f"{run_id} goes on."

    def log(self, run_id: str) -> list[LogLine]:
        """Events for people and printed lines, in order of time."""
        from tui.places.whole_log import read_log

        return read_log(self._paths(run_id))

    def _handle(self, run_id: str) -> RunHandle:
        from engine.runs.handle import RunHandle

        return RunHandle(self._paths(run_id))

    def _paths(self, run_id: str) -> RunPaths:
        return RunPaths(self.workspace.runs / run_id)
