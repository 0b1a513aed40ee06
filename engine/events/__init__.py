"""The JSONL protocol between a run and everyone who looks at it: schema, writer, tail, columns."""

from engine.events.run import Run
from engine.events.writer import EventWriter

__all__ = ["EventWriter", "Run"]
