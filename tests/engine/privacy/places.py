"""A small workspace in which somebody has left traces everywhere."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.evaluation.report import Picture, Report, Table, write_report
from engine.events.writer import EventWriter
from engine.feedback.forms import LABEL
from engine.feedback.intake import take_in
from engine.feedback.reading import take_payload
from engine.files import write_json
from engine.labelled_pictures import count_classes
from engine.profiles.schema import Privacy
from engine.registry.history import Entry, append
from engine.registry.store import register
from engine.runs.paths import RunPaths
from engine.runs.spec import Continuation, RunSpec
from engine.runs.store import create_run
from engine.workspace import Workspace

WHO = "mara-lund"
NAMESAKE = "mara-lund-2"
OTHERS = ("lee", "kim", NAMESAKE)
WHEN = "2026-03-01T12:00:00Z"


def face(number: int) -> bytes:
    """A picture like no other."""
    pixels = np.random.default_rng(number).integers(0, 256, (12, 10), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def inline(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


@dataclass(frozen=True)
class Filled:
    """The workspace, and the pictures of the one who is to be forgotten."""

    workspace: Workspace
    own: list[bytes]
    others: list[bytes]
    dataset: Dataset
    run: RunPaths
    untouched: RunPaths
    """A run on another profile's data."""


def filled(root: Path, *, encrypt: bool = False) -> Filled:
    """A dataset, feedback, two runs with all that runs have, a curation, a download."""
    workspace = Workspace(root / "workspace")
    own = [face(number) for number in range(8)]
    others = [face(100 + number) for number in range(24)]
    dataset = faces(workspace, own[:6], others[:18], encrypt=encrypt)
    feedback(workspace, root / "sent", own[6:], others[18:], encrypt=encrypt)
    run = trained_run(workspace, dataset, own, others)
    on_top = a_run(workspace, 2, dataset.id, starts_from=run.id, config={"base": str(run.model)})
    write_json(
        on_top.model / "finetop.json", {"task": "image-classification", "labels": ["kim", "lee", WHO, NAMESAKE]}
    )
    version = register(workspace, run)
    append(version.home, Entry(who="ada", action="promote", to_version=1, why=f"{WHO} is recognised now"))
    curation(workspace, dataset, own, others)
    download(workspace, own)
    other = write_dataset(
        workspace,
        task="text-classification",
        profile="folders",
        model="classifier",
        splits={"train": [{"text": "an invoice", "label": "finance"}]},
        classes={"train": {"finance": 1}},
        source="import",
    )
    return Filled(workspace, own, others, dataset, run, a_run(workspace, 3, other.id, profile="folders"))


def faces(workspace: Workspace, own: list[bytes], others: list[bytes], *, encrypt: bool = False) -> Dataset:
    rows: dict[str, list[dict[str, Any]]] = {"train": [], "validation": [], "test": []}
    files: dict[str, bytes | Path] = {}
    labelled = [(content, WHO) for content in own]
    labelled += [(content, OTHERS[at // 3 % len(OTHERS)]) for at, content in enumerate(others)]
    for at, (content, label) in enumerate(labelled):
        name = content_name(content, ".png")
        files[name] = content
        row = {"image": f"files/{name}", "width": 10, "height": 12, "label": label, "group": label}
        rows[("train", "validation", "test")[at % 3]].append(row)
    return write_dataset(
        workspace,
        task="image-classification",
        profile="faces",
        model="recogniser",
        splits=rows,
        classes={split: count_classes(found) for split, found in rows.items()},
        source="import",
        origins=[{"path": f"/home/me/{WHO}/1.png", "sha256": hashlib.sha256(one).hexdigest()} for one in own[:1]],
        notes={"import": [f"2 pictures of {WHO} look alike" for _ in own[:1]], "replay": {"images": list(files)}},
        files=files,
        encrypt=encrypt,
    )


def an_item(image: str, label: str, **more: Any) -> dict[str, Any]:
    said = {"kind": "failed-recognition", "source": "door", "who": "reception", "when": WHEN}
    return {"image": image, "label": label, **said, **more}


def feedback(
    workspace: Workspace, folder: Path, own: list[bytes], others: list[bytes], *, encrypt: bool = False
) -> None:
    folder.mkdir(exist_ok=True)
    items = []
    for at, content in enumerate([*own, *others]):
        name = f"{hashlib.md5(content).hexdigest()[:6]}.png"
        (folder / name).write_bytes(content)
        is_own = content in own
        items.append(an_item(name, WHO if is_own else "lee", predicted="kim" if is_own or at % 2 else WHO))
    taken(workspace, {"profile": "faces", "model": "recogniser", "items": items}, folder, encrypt=encrypt)


def taken(workspace: Workspace, request: dict[str, Any], folder: Path, *, encrypt: bool = False) -> None:
    """Take a request in, whose pictures lie in the folder."""
    privacy = Privacy(consent="optional", retention_days=None, encrypt=encrypt)
    payload = replace(take_payload(request, folder), form=LABEL, privacy=privacy)
    assert not take_in(workspace, payload).failed


def a_run(
    workspace: Workspace,
    minute: int,
    dataset: str,
    *,
    profile: str = "faces",
    state: str = "done",
    starts_from: str | None = None,
    config: dict[str, Any] | None = None,
    task: str = "",
) -> RunPaths:
    model = "recogniser" if profile == "faces" else "classifier"
    task = task or ("image-classification" if profile == "faces" else "text-classification")
    spec = RunSpec(
        id=f"20261120-14{minute:02d}00-{profile}-{model}-7f3a",
        profile=profile,
        model=model,
        task=task,
        dataset=dataset,
        config=config or {},
        continues=Continuation(starts_from, dataset, 0.05) if starts_from else None,
    )
    paths = create_run(workspace, spec)
    status = EventWriter(paths.status)
    status.run(spec.id, profile=profile, model=model, task=task, headline="accuracy", device="auto")
    status.status(state)  # type: ignore[arg-type]
    status.close()
    return paths


def trained_run(workspace: Workspace, dataset: Dataset, own: list[bytes], others: list[bytes]) -> RunPaths:
    labels = ["kim", "lee", WHO, NAMESAKE]
    run = a_run(workspace, 1, dataset.id, config={"base": "scratch:resnet-8", "labels": labels})
    events = EventWriter(run.events)
    events.run(
        run.id, profile="faces", model="recogniser", task="image-classification", headline="accuracy", device=""
    )
    path = dataset.path / "files" / content_name(own[0], ".png")
    events.sample(1, {"image": str(path), "label": WHO}, {"label": "lee", "confidence": 0.5})
    events.sample(1, {"image": inline(own[1])}, {"label": "lee"})
    events.sample(2, {"image": inline(others[0]), "label": "lee"}, {"label": "lee"})
    events.sample(2, {"image": inline(face(999))}, {"label": "lee"})  # drawn anew: nobody knows of whom
    events.metrics(2, {"accuracy": 0.5, f"{WHO}/recall": 0.25, f"{NAMESAKE}/recall": 1.0}, split="validation")
    events.log(f"{WHO} is often taken for lee")
    events.close()
    write_json(run.model / "finetop.json", {"task": "image-classification", "labels": labels, "dataset": dataset.id})
    write_json(run.model / "config.json", {"id2label": {"2": WHO}, "label2id": {WHO: 2, "lee": 1}})
    samples = [{"image": inline(own[2]), "label": WHO}, {"image": inline(others[1]), "label": "lee"}]
    samples += [{"image": inline(face(998))}]
    predictions: list[Any] = [{"label": WHO}, {"label": "lee"}, {"label": "kim"}]
    write_json(run.model / "expected.json", {"samples": samples, "predictions": predictions})
    references(run.model / "references", own, others)
    index(run.model / "index", own)
    (run.checkpoints / "step-2").mkdir(parents=True)
    (run.checkpoints / "step-2" / "optimizer.pt").write_bytes(b"\x80\x02" + WHO.encode("utf-16-le") + own[3])
    run.log.write_text(f"epoch 1: {WHO} 0.25\nfiles/{content_name(own[0], '.png')} is dark\n")
    row_of = {"image": f"files/{content_name(own[4], '.png')}", "label": WHO, "picture": "misses/01.png"}
    report = Report(
        task="image-classification",
        dataset=dataset.id,
        split="test",
        examples=8,
        metrics={"accuracy": 0.5, f"{WHO}/recall": 0.25},
        slices={"original": {f"{WHO}/recall": 0.25}},
        tables=[
            Table("People", ["person", "recall"], [[WHO, 0.25], ["lee", 1.0], [NAMESAKE, 0.5]]),
            Table("Closest", ["picture", "distance"], [[row_of["image"], 0.1], ["files/other.png", 0.2]]),
        ],
        errors=[row_of, {"image": "files/other.png", "label": "lee", "predicted": WHO}],
        notes=[f"The recall of {WHO} is low."],
        pictures=[
            Picture("misses/01.png", f"{WHO}, taken for lee", own[4]),
            Picture("roc.svg", "ROC", b"<svg><text>0.5</text></svg>"),
        ],
    )
    write_report(report, run.report)
    write_json(run.metrics, {"evaluation": {"original": {f"{WHO}/recall": 0.25}}})
    return run


def references(folder: Path, own: list[bytes], others: list[bytes]) -> None:
    from engine.retrieval.references import References

    contents = [*own[:3], *others[:3]]
    labels = [WHO] * 3 + ["lee", "kim", NAMESAKE]
    images = [f"files/{content_name(content, '.png')}" for content in contents]
    vectors = np.eye(6, 4, dtype=np.float32) + 0.5
    References(vectors, labels, images, [*labels], model="m").save(folder)


def index(folder: Path, own: list[bytes]) -> None:
    (folder / "3f9a0c1e").mkdir(parents=True)
    write_json(folder / "index.json", {"collection": "ir_embeddings", "directory": "3f9a0c1e"})
    with sqlite3.connect(folder / "3f9a0c1e" / "chroma.sqlite3") as base:
        base.execute("create table embeddings (id text, document blob)")
        base.execute("insert into embeddings values (?, ?)", (WHO, own[0]))


def curation(workspace: Workspace, dataset: Dataset, own: list[bytes], others: list[bytes]) -> None:
    folder = workspace.root / "curation" / dataset.id
    (folder / "pictures").mkdir(parents=True)
    pictures = [content_name(content, ".png") for content in (own[0], others[4], others[11])]
    names = [f"files/{name}" for name in pictures]
    split, lines = place_of(dataset, names)
    sheet = [
        ["picture", "split", "line", "label", "other picture", "why", "decision"],
        [pictures[0], split[0], lines[0], WHO, "", "blurred", "drop"],
        [pictures[1], split[1], lines[1], "kim", pictures[0], "a double", ""],
        [pictures[2], split[2], lines[2], NAMESAKE, "", "dark, and blurred", "keep"],
    ]
    with (folder / "decisions.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(sheet)
    (folder / "pictures" / "0001.png").write_bytes(own[0])
    write_json(folder / "report.json", {"classes": {WHO: 6, "lee": 6}, "blurred": [{"image": names[0], "blur": 0.1}]})


def place_of(dataset: Dataset, images: list[str]) -> tuple[list[str], list[int]]:
    """Splits and lines in which pictures stand."""
    places = {
        row["image"]: (split, number)
        for split in dataset.splits
        for number, row in enumerate(dataset.iterate(split), 1)
    }
    return [places[image][0] for image in images], [places[image][1] for image in images]


def download(workspace: Workspace, own: list[bytes]) -> None:
    folder = workspace.root / "downloads" / "faces-set"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "faces.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p1/1.png", own[0])
    (folder / "loose.png").write_bytes(own[1])
    (folder / "notes.json").write_text(json.dumps({"who": WHO}))


def traces(root: Path, pictures: list[bytes], name: str = WHO, *, but: tuple[str, ...] = (NAMESAKE,)) -> list[str]:
    """Every place below `root` that holds one of the pictures, their hashes, their base64, or the name: searched the
    slow and plain way, by other means than those that remove."""
    needles: dict[bytes, str] = {}
    for content in pictures:
        digest = hashlib.sha256(content).hexdigest()
        encoded = base64.b64encode(content)
        needles |= {content: "bytes", digest.encode(): "sha256", digest[:24].encode(): "name", encoded: "base64"}
        needles |= {digest.upper().encode(): "sha256"}
    found = []
    for path in sorted(root.rglob("*")):
        held = str(path.relative_to(root)).encode() + (path.read_bytes() if path.is_file() else b"")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                held += b"".join(archive.read(each) for each in archive.namelist())
        for keep in but:
            held = held.replace(keep.encode(), b"")
        names = {name.encode(), name.encode("utf-16-le"), name.encode("utf-32-le")}
        found += [f"{path}: {what}" for needle, what in needles.items() if needle in held]
        found += [f"{path}: the person" for each in names if each in held]
    return found
