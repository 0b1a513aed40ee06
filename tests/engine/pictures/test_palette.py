"""Pictures in few colours."""

from __future__ import annotations

import numpy as np
from PIL import Image

from engine.pictures.boxes import Mark, colours_in, draw
from engine.pictures.palette import in_few_colours

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8))


def test_there_are_no_more_colours_than_asked_for() -> None:
    for keep in ((), ("#ff0000", "#00ff00", "#ff0000")):
        assert len(np.unique(np.asarray(in_few_colours(NOISE, 16, keep).convert("RGB")).reshape(-1, 3), axis=0)) <= 16


def test_a_thin_box_keeps_its_colour() -> None:
    marks = [Mark((10, 10, 60, 12), "crossarm 0.81", "#0072b2")]
    drawn = draw(NOISE, marks)
    shown = np.asarray(in_few_colours(drawn, 32, colours_in(marks)).convert("RGB"))
    lined = (np.asarray(drawn) == (0x00, 0x72, 0xB2)).all(2)
    assert lined.sum() > 500 and np.abs(shown[lined].astype(int) - (0x00, 0x72, 0xB2)).max() <= 8
