"""Makes what people and machines send wrong: each function returns how to make one kind, as real files."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

PICTURE_SIZE = (40, 30)


@dataclass
class Desk:
    """Where the input of a test is made."""

    folder: Path
    port: int
    profile: Path = field(init=False)

    def __post_init__(self) -> None:
        self.profile = self.folder / "own.yaml"
        self.describe()

    def describe(self, **public: Any) -> None:
        """Write the profile: a detector of poles and crossarms, and a public set if there is one."""
        model: dict[str, Any] = {
            "task": "object-detection",
            "config": {"base": "scratch:yolov8n", "labels": ["crossarm", "pole"]},
        }
        if public:
            about = {"name": "poles", "licence": "CC0", "homepage": "https://poles.example/", "file": "poles.zip"}
            model["public_data"] = [{**about, **public}]
        self.profile.write_text(json.dumps({"finetop": 1, "name": "own", "models": {"yolo": model}}))

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def send(self, content: Any, *options: str) -> list[str]:
        """The command that takes in a payload."""
        path = self.write("sent.json", content if isinstance(content, bytes | str) else json.dumps(content))
        return ["feedback", "add", str(path), "--profile", str(self.profile), *options]

    def take(self, source: Path, *options: str) -> list[str]:
        """The command that imports labelled pictures."""
        return ["data", "import", str(self.profile), "yolo", str(source), *options]


Make = Callable[[Desk], list[str]]
"""Makes the input and returns the command that is given it."""


def picture(kind: str = "PNG", **more: Any) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(PICTURE_SIZE, 60).save(buffer, kind, **more)
    return buffer.getvalue()


# Payloads


def payload(content: bytes | str) -> Make:
    """A file that is not even a request."""
    return lambda desk: desk.send(content)


def missing(desk: Desk) -> list[str]:
    return ["feedback", "add", str(desk.folder / "none.json")]


def request(*items: Any, **changes: Any) -> Make:
    """A request, of one good item unless items are given."""

    def make(desk: Desk) -> list[str]:
        desk.write("a.png", picture())
        return desk.send({"profile": "own", "model": "yolo", "items": list(items) or [an_item()], **changes})

    return make


def an_item(**changes: Any) -> dict[str, Any]:
    objects = [{"label": "pole", "box": [1, 2, 9, 20]}]
    return {
        "image": "a.png",
        "objects": objects,
        "source": "review",
        "who": "crew-7",
        "when": "2026-03-01T12:00:00Z",
        **changes,
    }


def item(**changes: Any) -> Make:
    return request({name: value for name, value in an_item(**changes).items() if value is not ...})


def box(*edges: Any, label: str = "pole") -> Make:
    return item(objects=[{"label": label, "box": list(edges)}])


# Images


def image(content: bytes, name: str = "a.png") -> Make:
    """An item of feedback with this image."""

    def make(desk: Desk) -> list[str]:
        desk.write(name, content)
        return desk.send({"profile": "own", "model": "yolo", "items": [an_item(image=name)]})

    return make


def imported_image(content: bytes) -> Make:
    """A folder of YOLO, one of whose pictures is this."""
    return lambda desk: desk.take(yolo_folder(desk, "0 0.5 0.5 0.2 0.2", content))


def bomb() -> bytes:
    """A PNG of 100 bytes that announces 2.5 gigapixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    )


def animated() -> bytes:
    frames = [Image.new("P", PICTURE_SIZE, number) for number in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def a_folder(desk: Desk) -> list[str]:
    (desk.folder / "photos").mkdir()
    return request(an_item(image="photos"))(desk)


def outside(desk: Desk) -> list[str]:
    return request(an_item(image="/etc/hostname"))(desk)


# Labels


def yolo_folder(desk: Desk, line: bytes | str, content: bytes | None = None) -> Path:
    """Four pictures with labels; `line` and `content` are of the first."""
    for number in range(4):
        desk.write(f"set/images/{number}.png", content if content is not None and number == 0 else picture())
        desk.write(f"set/labels/{number}.txt", line if number == 0 else "1 0.5 0.5 0.2 0.2\n")
    desk.write("set/data.yaml", "names: [crossarm, pole]\n")
    return desk.folder / "set"


def yolo(line: bytes | str) -> Make:
    return lambda desk: desk.take(yolo_folder(desk, line))


def nameless(desk: Desk) -> list[str]:
    folder = yolo_folder(desk, "0 0.5 0.5 0.2 0.2")
    (folder / "data.yaml").unlink()
    return desk.take(folder)


def coco(annotation: dict[str, Any] | None = None, **changes: Any) -> Make:
    def make(desk: Desk) -> list[str]:
        desk.write("set/0.png", picture())
        document = {
            "images": [{"id": 0, "file_name": "0.png"}],
            "categories": [{"id": 1, "name": "pole"}],
            "annotations": [{"id": 5, "image_id": 0, "category_id": 1, "bbox": [1, 2, 9, 9], **(annotation or {})}],
            **changes,
        }
        kept = {name: value for name, value in document.items() if value is not ...}
        return desk.take(desk.write("set/labels.json", json.dumps(kept)), "--format", "coco")

    return make


def voc(inside: str, before: str = "") -> Make:
    def make(desk: Desk) -> list[str]:
        desk.write("set/JPEGImages/0.png", picture())
        text = f"{before}<annotation><filename>0.png</filename>{inside}</annotation>"
        return desk.take(desk.write("set/Annotations/0.xml", text).parent.parent)

    return make


def voc_object(*edges: int) -> str:
    names = ("xmin", "ymin", "xmax", "ymax")
    inside = "".join(f"<{name}>{edge}</{name}>" for name, edge in zip(names, edges, strict=True))
    return f"<object><name>pole</name><bndbox>{inside}</bndbox></object>"


def labelstudio(**result: Any) -> Make:
    def make(desk: Desk) -> list[str]:
        desk.write("set/0.png", picture())
        task = {"id": 3, "data": {"image": "0.png"}, "annotations": [{"result": [result]}]}
        return desk.take(desk.write("set/export.json", json.dumps([task])))

    return make


def document(name: str, content: str) -> Make:
    return lambda desk: desk.take(desk.write(name, content))


def unlabelled(desk: Desk) -> list[str]:
    return desk.take(desk.write("set/notes.md", "x").parent)


def nowhere(desk: Desk) -> list[str]:
    return desk.take(desk.folder / "nothing")


# The network


def from_url(path: str, *options: str) -> Make:
    """An item of feedback whose image lies at a path of the server, or at another URL."""

    def make(desk: Desk) -> list[str]:
        url = path if "://" in path else desk.url(path)
        return desk.send({"profile": "own", "model": "yolo", "items": [an_item(image=url)]}, *options)

    return make


def fetched(path: str, *options: str, content: bytes = b"x" * 1000) -> Make:
    """A public set at a path of the server, known as `content`."""

    def make(desk: Desk) -> list[str]:
        digest = hashlib.sha256(content).hexdigest()
        url = path if "://" in path else desk.url(path)
        desk.describe(url=url, bytes=len(content), sha256=digest)
        return ["data", "fetch", str(desk.profile), "--yes", *options]

    return make


def by_hand(content: bytes, name: str = "poles.zip") -> Make:
    """A public set that somebody has put into the workspace."""

    def make(desk: Desk) -> list[str]:
        desk.describe(file=name)
        desk.write(f"workspace/downloads/poles/{name}", content)
        return ["data", "fetch", str(desk.profile)]

    return make


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()
