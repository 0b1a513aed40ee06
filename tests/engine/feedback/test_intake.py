"""Bad items fail alone, the same batch changes nothing, a correction replaces, nothing is lost."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.datasets.store import write_dataset
from engine.errors import InputError
from engine.feedback.fetch import Fetcher
from engine.feedback.intake import IntakeSummary, take_in
from engine.feedback.limits import Limits
from engine.feedback.payload import FeedbackRequest
from engine.feedback.store import ITEMS, read_feedback
from engine.tasks.object_detection.data import problem_with
from engine.workspace import Workspace

from .sent import a_payload, a_request, an_item, picture
from .servers import Server

LATER = "2026-03-02T12:00:00Z"
EARLIER = "2026-02-01T12:00:00Z"


def sent(workspace: Workspace, folder: Path | None, *items: Any, **more: Any) -> IntakeSummary:
    return take_in(workspace, a_payload(folder, *items), **more)


def counts(summary: IntakeSummary) -> tuple[int, int, int, int, int]:
    return (summary.added, summary.replaced, summary.repeated, summary.outdated, len(summary.failed))


def lines(summary: IntakeSummary) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (summary.folder / ITEMS).read_text().splitlines()]


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.rglob("*")) if p.is_file()}


def rows(workspace: Workspace) -> list[dict[str, Any]]:
    return read_feedback(workspace, "utility", "yolo").rows()


def test_items_become_rows_of_object_detection(workspace: Workspace, photos: Path) -> None:
    second = an_item("b.jpg", objects=[], group="line-4711")
    summary = sent(workspace, photos, an_item(), second)
    assert counts(summary) == (2, 0, 0, 0, 0)
    assert summary.folder == workspace.root / "feedback" / "utility-yolo"
    assert summary.objects == {"pole": 1}
    first, other = rows(workspace)
    assert first == {
        "image": first["image"],
        "width": 64,
        "height": 48,
        "objects": [{"label": "pole", "box": [1.0, 2.0, 10.0, 40.0]}],
        "source": "field-review",
    }
    assert (other["objects"], other["group"], other["width"]) == ([], "line-4711", 80)
    assert all(problem_with(row) is None for row in (first, other))
    assert (summary.folder / first["image"]).read_bytes() == (photos / "a.png").read_bytes()


def test_the_rows_can_be_stored_as_a_dataset(workspace: Workspace, photos: Path) -> None:
    sent(workspace, photos, an_item(), an_item("b.jpg"))
    found = read_feedback(workspace, "utility", "yolo")
    dataset = write_dataset(
        workspace,
        task="object-detection",
        profile="utility",
        model="yolo",
        splits={"train": found.rows()},
        classes={},
        source="feedback",
        files=found.files(),
    )
    assert dataset.is_intact() and dataset.manifest.files == 2


def test_who_vouches_for_what_since_when_is_kept(workspace: Workspace, photos: Path) -> None:
    objects = [
        {"label": "pole", "box": [1, 2, 10, 40]},
        {"label": "crossarm", "box": [1, 2, 30, 5], "source": "second look", "who": "lee", "when": LATER},
    ]
    (line,) = lines(sent(workspace, photos, an_item(objects=objects)))
    assert (line["who"], line["source"], line["origin"]) == ("crew-7", "field-review", "a.png")
    assert [(o["who"], o["source"], o["when"]) for o in line["objects"]] == [
        ("crew-7", "field-review", "2026-03-01T12:00:00Z"),
        ("lee", "second look", LATER),
    ]


def test_a_bad_item_fails_alone_and_is_named(workspace: Workspace, photos: Path) -> None:
    (photos / "text.png").write_text("no image")
    summary = sent(
        workspace,
        photos,
        an_item("nothing.png"),
        an_item(),
        an_item("text.png"),
        an_item("b.jpg", who=""),
        7,
        an_item("b.jpg"),
    )
    assert counts(summary) == (2, 0, 0, 0, 4)
    assert [str(failure) for failure in summary.failed] == [
        "item 1 (nothing.png): no such file; give a path relative to the payload's folder",
        "item 3 (text.png): is neither a PNG nor a JPEG; send the image in one of these",
        "item 4 (b.jpg): who: must have at least 1 character, not ''; see docs/feedback.schema.json",
        "item 5: must be an object with image, source, who, when and objects; see docs/feedback.schema.json",
    ]


def soon(**change: float) -> str:
    return (datetime.now(UTC) + timedelta(**change)).isoformat()


def boxed(*box: float, label: str = "pole") -> dict[str, Any]:
    return {"objects": [{"label": "pole", "box": [0, 0, 5, 5]}, {"label": label, "box": list(box)}]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (boxed(1, 2, 65, 40), "object 2: the box [1, 2, 65, 40] is not inside the image of 64 x 48 pixels"),
        (boxed(-1, 2, 10, 40), "object 2: the box [-1, 2, 10, 40] is not inside the image"),
        (boxed(10, 2, 1, 40), "object 2: the box [10, 2, 1, 40] has no area"),
        (boxed(1, 2, 1, 40), "object 2: the box [1, 2, 1, 40] has no area"),
        (boxed(1, 2, 3, 4, label="crosarm"), "object 2: the model has no class 'crosarm'; write crossarm"),
        (boxed(1, 2, 3, 4, label="Pole"), "object 2: the model has no class 'Pole'; write pole"),
        (boxed(1, 2, 3, 4, label="cow"), "object 2: the model has no class 'cow'; there are crossarm, pole"),
        ({"when": soon(days=2)}, "`when` lies in the future"),
        ({"objects": [{"label": "pole", "box": [0, 0, 5, 5], "when": soon(days=9)}]}, "object 1: `when` lies in"),
        ({"sha256": "0" * 64}, "the image has the SHA-256"),
    ],
)
def test_a_judgement_that_cannot_be_is_refused(
    workspace: Workspace, photos: Path, changes: dict[str, Any], sentence: str
) -> None:
    summary = sent(workspace, photos, an_item(**changes), an_item("b.jpg"))
    assert counts(summary) == (1, 0, 0, 0, 1)
    assert sentence in summary.failed[0].problem
    assert len(list((summary.folder / "files").iterdir())) == 1


def test_without_a_list_of_classes_any_may_come_but_none_that_means_nothing(
    workspace: Workspace, photos: Path
) -> None:
    items = [an_item(**boxed(1, 2, 3, 4, label="cow")), an_item("b.jpg", **boxed(1, 2, 3, 4, label="(none)"))]
    summary = take_in(workspace, a_payload(photos, *items, labels=None))
    assert summary.objects == {"cow": 1, "pole": 1}
    assert "`label` must be a name other than '(none)'" in summary.failed[0].problem


def test_a_clock_that_is_a_little_ahead_is_forgiven(workspace: Workspace, photos: Path) -> None:
    assert sent(workspace, photos, an_item(when=soon(hours=3))).added == 1


def test_the_same_batch_sent_twice_changes_nothing(workspace: Workspace, photos: Path) -> None:
    batch = [an_item(), an_item("b.jpg"), an_item("nothing.png")]
    summary = sent(workspace, photos, *batch)
    before = snapshot(summary.folder)
    again = sent(workspace, photos, *batch)
    assert counts(again) == (0, 0, 2, 0, 1)
    assert not again.changed
    assert snapshot(summary.folder) == before


def test_one_image_under_two_names_is_one(workspace: Workspace, photos: Path) -> None:
    (photos / "copy.png").write_bytes((photos / "a.png").read_bytes())
    summary = sent(workspace, photos, an_item(), an_item("copy.png"))
    assert counts(summary) == (1, 0, 1, 0, 0)
    assert len(list((summary.folder / "files").iterdir())) == 1


def test_the_same_moment_in_another_time_zone_is_the_same(workspace: Workspace, photos: Path) -> None:
    sent(workspace, photos, an_item())
    assert sent(workspace, photos, an_item(when="2026-03-01T13:00:00+01:00")).repeated == 1


def test_a_newer_correction_replaces_and_nothing_is_lost(workspace: Workspace, photos: Path) -> None:
    first = an_item()
    sent(workspace, photos, first, an_item("b.jpg"))
    corrected = an_item(when=LATER, **boxed(1, 2, 30, 6, label="crossarm"))
    summary = sent(workspace, photos, corrected)
    assert counts(summary) == (0, 1, 0, 0, 0)
    assert [len(row["objects"]) for row in rows(workspace)] == [2, 1]
    assert len(lines(summary)) == 3
    assert counts(sent(workspace, photos, first)) == (0, 0, 1, 0, 0)
    assert [len(row["objects"]) for row in rows(workspace)] == [2, 1]


def test_an_older_judgement_that_comes_late_is_kept_and_does_not_count(workspace: Workspace, photos: Path) -> None:
    sent(workspace, photos, an_item())
    summary = sent(workspace, photos, an_item(when=EARLIER, objects=[]))
    assert counts(summary) == (0, 0, 0, 1, 0)
    assert len(lines(summary)) == 2
    assert [len(row["objects"]) for row in rows(workspace)] == [1]


def test_an_image_from_a_url_is_fetched_once(
    workspace: Workspace, photos: Path, server: Server, own_network: Limits
) -> None:
    server.answers["/a.png"] = picture()
    items = [an_item(server.url("/a.png?token=secret")), an_item(server.url("/gone.png"))]
    summary = sent(workspace, photos, *items, limits=own_network)
    assert counts(summary) == (1, 0, 0, 0, 1)
    assert str(summary.failed[0]).startswith(f"item 2 ({server.url('/gone.png')}): the server answers 404")
    again = sent(workspace, photos, *items, limits=own_network)
    assert counts(again) == (0, 0, 1, 0, 1)
    assert [path for path, _ in server.asked].count("/a.png?token=secret") == 1
    assert "secret" not in (summary.folder / ITEMS).read_text()


def test_an_image_that_was_lost_is_stored_again(workspace: Workspace, photos: Path) -> None:
    summary = sent(workspace, photos, an_item())
    (image,) = (summary.folder / "files").iterdir()
    image.write_bytes(b"damaged")
    assert sent(workspace, photos, an_item()).repeated == 1
    assert image.read_bytes() == (photos / "a.png").read_bytes()


def test_a_private_address_is_refused_by_default(workspace: Workspace, photos: Path, server: Server) -> None:
    server.answers["/a.png"] = picture()
    summary = sent(workspace, photos, an_item(server.url("/a.png")), an_item())
    assert counts(summary) == (1, 0, 0, 0, 1)
    assert "at the loopback address" in summary.failed[0].problem
    assert server.asked == []


def test_a_torn_line_is_passed_over_and_what_comes_after_it_is_read(workspace: Workspace, photos: Path) -> None:
    summary = sent(workspace, photos, an_item())
    with (summary.folder / ITEMS).open("ab") as file:
        file.write(b'{"finetop":1,"t":17')
    assert len(rows(workspace)) == 1
    assert sent(workspace, photos, an_item(), an_item("b.jpg")).added == 1
    found = read_feedback(workspace, "utility", "yolo")
    assert (len(found.rows()), found.unreadable) == (2, 1)


def test_several_intakes_at_once_lose_and_double_nothing(workspace: Workspace, photos: Path) -> None:
    for number in range(8):
        (photos / f"{number}.png").write_bytes(picture((10 + number, 50)))
    batch = [an_item(f"{number}.png") for number in range(8)]
    summaries: list[IntakeSummary] = []
    threads = [threading.Thread(target=lambda: summaries.append(sent(workspace, photos, *batch))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.added for each in summaries) == 8
    assert sum(each.repeated for each in summaries) == 16
    assert len(lines(summaries[0])) == len(rows(workspace)) == 8


def test_nothing_came_yet(workspace: Workspace) -> None:
    assert read_feedback(workspace, "utility", "yolo").rows() == []
    assert not workspace.root.exists()


def test_two_models_do_not_share_a_folder(workspace: Workspace, photos: Path) -> None:
    payload = replace(a_payload(photos, an_item()), profile="a-b", model="c")
    take_in(workspace, payload)
    with pytest.raises(InputError, match="holds the feedback of a-b/c; rename one profile or model"):
        take_in(workspace, replace(payload, profile="a", model="b-c"))


def test_the_verb_in_python_takes_a_typed_request(workspace: Workspace, photos: Path) -> None:
    request = FeedbackRequest.model_validate(a_request(an_item(), settings={"epochs": 2, "train_replay": 0.5}))
    summary = engine.add_feedback(request, roots=[photos], workspace=workspace)
    assert counts(summary) == (1, 0, 0, 0, 0)
    assert summary.settings == {"epochs": 2, "train_replay": 0.5}
    assert (
        engine.add_feedback(a_request(an_item()), workspace=workspace)
        .failed[0]
        .problem.startswith("a path in a request that has no folder")
    )


def test_the_fetcher_is_asked_for_urls_alone(workspace: Workspace, photos: Path) -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return Fetcher().fetch(url)

    inline = "data:image/png;base64," + base64.b64encode(next(photos.glob("*.png")).read_bytes()).decode()
    summary = sent(workspace, photos, an_item(), an_item("file:///etc/passwd"), an_item(inline), fetch=fetch)
    assert asked == ["file:///etc/passwd"]
    assert [failure.number for failure in summary.failed] == [2]
    assert "a URL with file: is not fetched" in summary.failed[0].problem
