"""Two versions of a tagger, their dataset and a run, and a process that answers as they would."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.store import write_dataset
from engine.events.schema import SampleEvent
from engine.files import write_json
from engine.registry.history import Entry, append
from engine.registry.manifest import Manifest
from engine.registry.store import home_of
from engine.workspace import Workspace

NOW = 1_795_185_600.0
RUN = "20261120-111532-utility-ner-90be"
LABELS = ["EQUIPMENT", "MEASURE", "STANDARD"]
TEXT = "Keep 18 feet from the pole per G.O. 95."
TEXTS = [TEXT, "The guy guard hangs 6 feet above the road.", "No rule says so.", "A pole stands 18 feet apart."]

MODEL = """\
import json, os, re, sys, time

def tell(**said):
    print(json.dumps(said), flush=True)

place = sys.argv[1]
if os.path.exists(place + "/slow"):
    time.sleep(30)
if os.path.exists(place + "/broken"):
    tell(ready=False, error="the weights are gone")
    sys.exit(1)
second = place.endswith("/2")
words = {"pole": "EQUIPMENT", "guy guard": "EQUIPMENT", "[0-9]+ feet": "MEASURE"}
words["feet from" if second else "G.O. 95"] = "MEASURE" if second else "STANDARD"

def predict(text):
    if text == "die":
        print("out of memory", file=sys.stderr)
        sys.exit(3)
    if text == "bad":
        raise ValueError("this sample cannot be read")
    found = []
    for word, label in words.items():
        for one in re.finditer(word, text):
            sure = round(0.99 - len(text) / 100, 2) if label == "EQUIPMENT" else 0.97
            found.append({"start": one.start(), "end": one.end(), "label": label, "text": one.group(),
                          "confidence": sure})
    return {"entities": sorted(found, key=lambda one: one["start"])}

tell(ready=True, task="token-classification", device="cpu", examples=[{"text": "See G.O. 95."}])
for line in sys.stdin:
    request = json.loads(line)
    try:
        tell(id=request["id"], predictions=[predict(sample["text"]) for sample in request["samples"]])
    except ValueError as problem:
        tell(id=request["id"], error=str(problem))
"""


def entities(text: str, **words: str) -> list[dict[str, Any]]:
    return [
        {"start": text.index(word), "end": text.index(word) + len(word), "label": label}
        for word, label in sorted(words.items(), key=lambda each: text.index(each[0]))
    ]


ROWS: list[dict[str, Any]] = [
    {
        "text": TEXTS[0],
        "entities": entities(TEXT, **{"18 feet": "MEASURE", "pole": "EQUIPMENT", "G.O. 95": "STANDARD"}),
    },
    {"text": TEXTS[1], "entities": entities(TEXTS[1], **{"guy guard": "EQUIPMENT"})},
    {"text": TEXTS[2], "entities": []},
]


@pytest.fixture
def taggers(workspace: Workspace, record: Callable[..., Any]) -> Workspace:
    """`utility/ner`: version 1 in production, 2 in staging; the run that became 1; their dataset."""
    dataset = write_dataset(
        workspace,
        task="token-classification",
        profile="utility",
        model="ner",
        splits={"train": [{"text": TEXTS[3], "entities": []}], "validation": ROWS[2:], "test": ROWS},
        classes={split: {} for split in ("train", "validation", "test")},
        source="import",
    )
    worker = record(RUN, state="done", done_epochs=8.0, best=0.93).play()
    prediction: dict[str, object] = {"entities": []}
    for step, row in enumerate(ROWS):
        worker.say(SampleEvent(t=NOW, seq=0, step=step, sample=dict(row), prediction=prediction))
    write_json(worker.paths.model / "finetop.json", {"task": "token-classification", "labels": LABELS})
    home = home_of(workspace, "utility", "ner")
    for number, score in ((1, 0.9012), (2, 0.8741)):
        paths = home.version(number)
        write_json(paths.model / "finetop.json", {"task": "token-classification", "labels": LABELS})
        manifest = Manifest(
            profile="utility",
            model="ner",
            version=number,
            task="token-classification",
            created=NOW,
            run=RUN,
            dataset=dataset.id,
            dataset_sha256="",
            base="all-MiniLM-L6-v2",
            preset="quick",
            config={"labels": LABELS},
            headline="f1",
            targets=[],
            metrics={f"{dataset.id}/test": {"f1": score}},
            files={},
        )
        write_json(paths.manifest, manifest)
    moves: list[tuple[Any, str, int]] = [("promote", "production", 1), ("stage", "staging", 2)]
    for action, alias, number in moves:
        append(home, Entry(action=action, alias=alias, t=NOW, who="ada", from_version=None, to_version=number))  # type: ignore[arg-type]
    return workspace


@pytest.fixture(autouse=True)
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A predictor process that speaks the real protocol: version 2 reads measures otherwise."""
    from tui import predictor

    script = tmp_path / "tagger.py"
    script.write_text(MODEL)
    monkeypatch.setattr(predictor, "COMMAND", (sys.executable, str(script)))


@pytest.fixture
def opened(console: Callable[..., Any], until: Any, shows: Any) -> Callable[..., Any]:
    """`await opened(pilot, app)`: Validate with the first version loaded."""

    async def open_it(pilot: Any, app: Any) -> None:
        await until(pilot, lambda: app.snapshot.complete)
        await pilot.press("4")
        await until(pilot, lambda: "ner@1" in shows(app), "the list")
        await pilot.press("enter")
        await until(pilot, lambda: "Ready on cpu" in shows(app), "the model")
        await pilot.press("escape")

    return open_it


@pytest.fixture
def ask(until: Any, shows: Any) -> Callable[..., Any]:
    """`await ask(pilot, app, text)`: its answer is there, and the list has the keys."""

    async def ask_it(pilot: Any, app: Any, text: str, says: str = " ms") -> None:
        app.screen.query_one("#first").focus()
        app.screen.query_one("#first").value = text
        await pilot.press("enter")
        await until(pilot, lambda: says in shows(app) and not app.screen.state.asking, "an answer")
        await pilot.press("escape")

    return ask_it
