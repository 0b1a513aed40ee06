"""What people and machines send wrong, and the one sentence that each of them gets from the real command.

A line of the table: the kind, how it is made, what is said on stderr, the exit code where it is not 2. An item of
feedback fails alone, by design, and so does a network: both leave with 1. Nothing is ever taken in.
"""

from __future__ import annotations

import functools
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main
from engine.feedback.limits import Limits

from .making import (
    SVG,
    Desk,
    Make,
    a_folder,
    animated,
    bomb,
    box,
    by_hand,
    coco,
    document,
    fetched,
    from_url,
    image,
    imported_image,
    item,
    labelstudio,
    missing,
    nameless,
    nowhere,
    outside,
    payload,
    picture,
    request,
    unlabelled,
    voc,
    voc_object,
    yolo,
    zipped,
)

BOOKKEEPING = {"about.json", "intake.lock", ".poles.zip.part", ".poles.zip.part.json"}
"""What an intake makes before it judges the first item, and what came of a download, to go on from."""

OURS = "--allow-private"
ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
KINDS: list[tuple[Any, ...]] = [
    ("payload not JSON", payload('{"profile" "own"}'), "sent.json:1:12: not JSON: Expecting ':' delimiter"),
    ("payload not text", payload(b"\xff\xfe{}"), "sent.json:1: not UTF-8 text; save it as UTF-8"),
    ("payload of another type", payload("[1, 2]"), "sent.json: must be a JSON object with profile, model and"),
    ("payload empty", payload(""), "sent.json:1:1: not JSON: Expecting value; check brackets"),
    ("payload with a key twice", payload('{"profile": "own", "profile": "other"}'), "the key 'profile' stands twice"),
    ("payload with NaN", payload('{"profile": NaN}'), "sent.json: NaN is no number of JSON; see"),
    ("payload nested too deep", payload("[" * 5000), "sent.json: nested too deep; see docs/feedback.schema.json"),
    ("payload of a newer version", request(finetop=2), "sent.json: is of version 2 of the format, newer than the 1"),
    ("payload without items", request(items=[]), "sent.json: holds no items; add at least one"),
    ("payload with too many items", request(items=[0] * 10_001), "sent.json: holds 10001 items, more than 10000"),
    ("payload without a model", request(model=None), "sent.json: model: must be text, not empty; see"),
    ("payload for an unknown model", request(model="yolov8"), "sent.json: the profile own has no model 'yolov8'"),
    ("payload with an unknown field", request(setings={}), "sent.json: setings: no such field; write settings"),
    ("payload with a bad setting", request(settings={"epochs": "many"}), "settings.epochs: must be a whole number"),
    ("payload that is not there", missing, "none.json: no such file; name a JSON file"),
    ("item that is no object", request("a.png"), "must be an object with image, source, who, when and objects", 1),
    ("item without who", item(who=...), "who: is missing; add `who:`", 1),
    ("item with a mistyped field", item(objcts=[]), "objcts: no such field; write objects", 1),
    ("item without a time zone", item(when="2026-03-01T12:00:00"), "when: has no time zone; write it as", 1),
    ("item from the future", item(when="2999-01-01T00:00:00Z"), "`when` lies in the future", 1),
    ("item with another hash", item(sha256="0" * 64), "and not 000000000000…; send the right image", 1),
    ("class that the model has not", box(1, 2, 9, 20, label="poel"), "object 1: the model has no class 'poel'", 1),
    ("box outside the image", box(30, 2, 50, 20), "object 1: the box [30, 2, 50, 20] is not inside the image of", 1),
    ("box without area", box(5, 5, 5, 20), "object 1: the box [5, 5, 5, 20] has no area; correct it and send", 1),
    ("box of text", box("1", 2, 9, 20), "objects.1.box: must be four numbers [x0, y0, x1, y1] in pixels; see", 1),
    ("box of three numbers", box(1, 2, 9), "objects.1.box: must be four numbers [x0, y0, x1, y1] in pixels; see", 1),
    ("image not there", item(image="b.png"), "no such file; give a path relative to the payload's folder", 1),
    ("image that is a folder", a_folder, "is not a file; name an image file", 1),
    ("image outside the folder", outside, "lies outside the allowed folders; put it beside the payload, or use", 1),
    ("image cut short", image(picture()[:300]), "the image is damaged (", 1),
    ("image empty", image(b""), "the image is empty; send it again", 1),
    ("image that is text", image(b"hello"), "is neither a PNG nor a JPEG; send the image in one of these", 1),
    ("image that is SVG", image(SVG), "is neither a PNG nor a JPEG; send the image in one of these", 1),
    ("image that is a pickle", image(pickle.dumps({"a": 1})), "is neither a PNG nor a JPEG; send the image in", 1),
    ("image that moves", image(animated()), "is neither a PNG nor a JPEG; send the image in one of these", 1),
    ("image that unpacks to gigapixels", image(bomb()), "the image has too many pixels, more than the 50", 1),
    ("imported image cut short", imported_image(picture("JPEG")[:200]), "0.png: the file is no image that can be"),
    ("imported image that is SVG", imported_image(SVG), "images/0.png: the file is no image that can be decoded"),
    ("imported image that unpacks to gigapixels", imported_image(bomb()), "more than the 100 megapixels that are"),
    ("YOLO line of four numbers", yolo("0 0.5 0.5 0.2"), "labels/0.txt:1: 4 numbers, where a box has 5 and a"),
    ("YOLO class out of range", yolo("7 0.5 0.5 0.2 0.2"), "labels/0.txt:1: the class '7' is not known (data.yaml"),
    ("YOLO with NaN", yolo("0 nan 0.5 0.2 0.2"), "labels/0.txt:1: 'nan' is not a finite number; correct the label"),
    ("YOLO box outside", yolo("0 0.9 0.5 0.5 0.2"), "labels/0.txt:1: the box reaches 6 pixels to the right of the"),
    ("YOLO box without area", yolo("0 0.5 0.5 0 0.2"), "labels/0.txt:1: the box from 20, 12 to 20, 18 has no area"),
    ("YOLO label that is no text", yolo(b"\xff\xfe0"), "labels/0.txt: the label file is no text that can be read"),
    ("YOLO without names", nameless, "set: the names of the classes are nowhere; write data.yaml with names:"),
    ("COCO without images", coco(images=...), "labels.json: the document has no list `images`; export"),
    ("COCO box without area", coco({"bbox": [1, 2, 0, 9]}), "the box from 1, 2 to 1, 11 has no area"),
    ("COCO box of three numbers", coco({"bbox": [1, 2, 9]}), "annotation 5: `bbox` must be four numbers"),
    ("COCO unknown category", coco({"category_id": 4}), "labels.json: annotation 5: the category '4' is not known"),
    ("COCO image not there", coco(images=[{"id": 0, "file_name": "9.png"}]), "the image '9.png' is not there"),
    ("VOC with entities", voc("", ENTITY), "the file declares a document type"),
    ("VOC that is no XML", voc("<object>"), "Annotations/0.xml: the file is not XML ("),
    ("VOC object without a name", voc("<object><bndbox/></object>"), "Annotations/0.xml:1: the object has no name"),
    ("VOC box without corners", voc("<object><name>pole</name><bndbox/></object>"), "`bndbox` has no xmin; correct"),
    ("VOC box that ends before it begins", voc(voc_object(9, 1, 2, 5)), "the box ends before it begins (9, 1 to"),
    ("Label Studio region without a label", labelstudio(value={"x": 1, "width": 5}), "a region without a label"),
    ("Label Studio brush", labelstudio(value={"brushlabels": ["pole"]}), "a brush mask (brushlabels) cannot be"),
    ("Label Studio without a width", labelstudio(value={"rectanglelabels": ["a"], "x": 1, "y": 1}), "has no `width`"),
    ("labels empty", document("set/labels.json", ""), "labels.json: the file is not JSON ("),
    ("labels of another kind", document("set/labels.json", '{"a": 1}'), "the document is neither COCO nor"),
    ("labels not there", nowhere, "nothing: there is no such file; check"),
    ("folder without labels", unlabelled, "holds no labels of a kind"),
    ("URL of loopback", from_url("/a.png"), "127.0.0.1 is at the loopback address 127.0.0.1, which is not", 1),
    ("URL of the cloud's metadata", from_url("http://169.254.169.254/latest", OURS), "is at the metadata address", 1),
    ("URL with file:", from_url("file:///etc/passwd"), "a URL with file: is not fetched; use http:// or https://", 1),
    ("URL with a password", from_url("http://me:secret@example.org/a.png"), "the URL holds a user name or", 1),
    ("redirect inside", from_url("/inside", OURS), "at the metadata address 169.254.169.254, which is not", 1),
    ("redirect to a file", from_url("/to-file", OURS), "redirected: a URL with file: is not fetched; give", 1),
    ("redirect for ever", from_url("/round", OURS), "redirected more than 4 times; give the URL of the file", 1),
    ("answer 404", from_url("/nothing", OURS), "the server answers 404 Not Found; check that the URL opens", 1),
    ("answer too slow", from_url("/slow", OURS), "took longer than 0.8 s; try again later", 1),
    ("answer too long", from_url("/long", OURS), "longer than the 50000 bytes that are fetched; send a smaller", 1),
    ("answer that is a web page", from_url("/page", OURS), "is neither a PNG nor a JPEG; send the image in one", 1),
    ("answer cut short", from_url("/short", OURS), "the connection ended after 100 of 1000 bytes; try again", 1),
    ("nobody answers", from_url("http://127.0.0.1:1/a.png", OURS), "127.0.0.1:1 does not answer (Connection", 1),
    ("public set at loopback", fetched("/a.png"), "127.0.0.1 is at the loopback address 127.0.0.1, which is not"),
    ("public set behind a redirect inside", fetched("/inside", OURS), "at the metadata address 169.254.169.254"),
    ("public set that is gone", fetched("/nothing", OURS), "the server answers 404 Not Found; check that the URL"),
    ("public set that is a web page", fetched("/page", OURS), "the server sends a web page (text/html) in place of"),
    ("public set of another size", fetched("/long", OURS), "the server has 200000 bytes to send and not 1000"),
    ("public set of another content", fetched("/other", OURS), "is not what the profile names: the file has"),
    ("public set cut short", fetched("/short", OURS), "the connection ended after 100 of 1000 bytes; run this", 1),
    ("public set without a network", fetched("http://127.0.0.1:1/poles.zip", OURS), "does not answer (", 1),
    ("archive that leads out", by_hand(zipped("good", "../x")), "holds a name that leads out of the archive (../x)"),
    ("archive from the root", by_hand(zipped("/etc/cron.d/x")), "holds an absolute name (/etc/cron.d/x)"),
    ("archive that is none", by_hand(b"hello"), "is no zip archive that can be unpacked"),
]


class Handler(BaseHTTPRequestHandler):
    """A server that is slow, wordy, curt or misleading, by path."""

    def do_GET(self) -> None:
        self.close_connection = True
        redirects = {"/inside": "http://169.254.169.254/latest", "/to-file": "file:///etc/passwd", "/round": "/round"}
        lengths = {"/long": 200_000, "/short": 1000}
        kinds = {"/page": "text/html"}
        if self.path in redirects:
            self.send_response(302)
            self.send_header("Location", redirects[self.path])
            self.end_headers()
        elif self.path == "/nothing":
            self.send_error(404)
        elif self.path == "/slow":
            released.wait(2)
        else:
            self.send_response(200)
            self.send_header("Content-Type", kinds.get(self.path, "application/octet-stream"))
            self.send_header("Content-Length", str(lengths.get(self.path, 1000)))
            self.end_headers()
            self.wfile.write(b"<" * (100 if self.path == "/short" else 1000))

    def log_message(self, *_: Any) -> None: ...


released = threading.Event()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server.server_address[1]
    released.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("make", "says", "code"), [(*row[1:], 2)[:3] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_bad_input_is_one_sentence_and_nothing_is_taken_in(
    make: Make,
    says: str,
    code: int,
    tmp_path: Path,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = functools.partial(Limits, total_timeout_s=0.8, max_bytes=50_000)
    monkeypatch.setattr("engine.feedback.limits.Limits", small)
    workspace = tmp_path / "workspace"
    arguments = make(Desk(tmp_path, port))
    before = {path for path in workspace.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--workspace", str(workspace)])
    said = capsys.readouterr().err.splitlines()[-1]
    assert says in said
    assert said.isprintable() and "; " in said, "what is wrong and what to do, on one line"
    assert str(tmp_path) in said or "public set poles" in said, "where it is"
    assert left.value.code == code
    written = {path for path in workspace.rglob("*") if path.is_file()} - before
    assert {path.name for path in written} <= BOOKKEEPING


def test_there_are_kinds_enough() -> None:
    assert len({row[0] for row in KINDS}) == len(KINDS) >= 25
