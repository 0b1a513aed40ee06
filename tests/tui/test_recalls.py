"""Monitor shows how much of each class is found."""

from __future__ import annotations

from typing import Any

from engine.events.schema import MetricsEvent

NOW = 1_795_185_600.0
RUN = "20261120-143408-utility-yolo-7f3a"


async def test_a_detectors_classes_stand_beside_the_log(record: Any, console: Any, until: Any, shows: Any) -> None:
    worker = record(RUN, model="yolo", task="object-detection", headline="map50_95").hold().play()
    app = console(now=lambda: NOW)
    async with app.run_test(size=(140, 44)) as pilot:
        await until(pilot, lambda: "Log of yolo 7f3a" in shows(app))
        assert "Recall" not in shows(app)
        for step, value in ((900, 0.11), (999, 0.4375)):
            values = {"crossarm/recall": value, "pole/recall": 0.9125, "pole/map50": 0.5, "recall": 0.7}
            worker.say(MetricsEvent(t=NOW, seq=0, step=step, epoch=9.0, split="validation", values=values))
        await until(pilot, lambda: "Recall" in shows(app) and "0.4375" in shows(app))
        lines = [line for line in shows(app).splitlines() if "━" in line]
        assert any("crossarm" in line for line in lines) and any(
            "pole" in line and "0.9125" in line for line in lines
        )
