"""Hyperparameters of object detection. Light: pydantic alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from engine.training.config import Labels, PhaseOutline, PositiveWeights, TrainingConfig, hyperparameter

ThinObjects = Literal["off", "distance", "widen"]
Tiles = Literal["off", "inference", "both"]


class Config(TrainingConfig):
    """What a training of a detector reads, beside what every training reads.

    Defaults whose source is not named are those of Ultralytics 8.4 (cfg/default.yaml).
    """

    base: str = hyperparameter(
        "scratch:yolov8n",
        "Base model: a .pt file of Ultralytics, a model directory of this task, or scratch:NAME, an architecture of "
        "Ultralytics with random weights (scratch:yolov8n, scratch:yolov8m-p2 …).",
    )
    epochs: int = hyperparameter(100, "Passes over the training images.", unit="epochs", ge=0, le=10_000)
    learning_rate: float = hyperparameter(
        5e-4,
        "Peak learning rate of AdamW. Ultralytics' own choice for few classes, 0.002 · 5 / (4 + classes), is for "
        "steps of 64 images; this is its share for 16 (linear scaling, Goyal et al. 2017, arXiv 1706.02677).",
        gt=0,
        le=1,
    )
    warmup_ratio: float = hyperparameter(
        0.03, "Part of all steps in which the learning rate rises from 0 (3 of 100 epochs).", ge=0, le=1
    )
    weight_decay: float = hyperparameter(5e-4, "Decoupled weight decay (not on biases and norms).", ge=0, le=1)
    max_grad_norm: float = hyperparameter(10.0, "Gradients are clipped to this norm; 0 means no clipping.", ge=0)
    eval_batch_size: int = hyperparameter(16, "Images per batch in evaluation.", unit="images", ge=1, le=4096)
    average_decay: float = hyperparameter(
        0.9999,
        "Evaluated and handed over is a running mean of the weights that forgets by this factor a step; 0 takes the "
        "weights themselves.",
        ge=0,
        lt=1,
    )
    average_ramp: int = hyperparameter(
        2000,
        "The mean forgets faster at first: factor · (1 − e^(−step / ramp)). A ramp much shorter than the training "
        "makes it remember untrained weights to the end.",
        unit="steps",
        ge=1,
    )

    labels: Labels | None = Field(
        None, description="Classes in the order of the head; none means those of the training split, sorted."
    )
    image_size: int = hyperparameter(
        640, "Longer side that images are brought to; a multiple of 32.", unit="pixels", ge=64, le=4096
    )
    image_cache_mb: int = hyperparameter(
        1024,
        "Decoded images kept in memory, at most, and never more than half of what is free; processes that prepare "
        "batches share them.",
        unit="MiB",
        ge=0,
        le=1_000_000,
    )

    tiles: Tiles = hyperparameter(
        "off",
        "For small objects in large images. inference: an image is read whole and by overlapping tiles, each brought "
        "to image_size. both: training sees tiles, too, or objects at their scale would be strange to the network "
        "(Akyon et al. 2022, arXiv 2202.06934).",
    )
    tile_size: int = hyperparameter(
        0,
        "Side of a tile; smaller tiles magnify more. 0 means image_size: tiles are seen at full resolution. An image "
        "that is no larger is read whole alone.",
        unit="pixels of the image",
        ge=0,
        le=8192,
    )
    tile_overlap: float = hyperparameter(
        0.2,
        "Part of its side that a tile shares with the next, at least. Smaller objects stand whole in one of them.",
        ge=0,
        le=0.75,
    )
    tiles_per_image: int = hyperparameter(
        2,
        "Tiles that training sees of an image in an epoch, beside the whole; drawn anew, half of them around an "
        "object.",
        unit="tiles",
        ge=1,
        le=100,
    )
    tile_box_share: float = hyperparameter(
        0.3,
        "Part of an object's area that a training tile must show; what it shows of other objects is blanked, or it "
        "would be learnt as background.",
        gt=0,
        le=1,
    )

    mosaic: float = hyperparameter(1.0, "Probability that four images are put together into one.", ge=0, le=1)
    mosaic_off_epochs: int = hyperparameter(
        0, "Last epochs without mosaic and copy-paste; 0 leaves them on to the end.", unit="epochs", ge=0
    )
    scale: float = hyperparameter(0.5, "Images are scaled by a factor from 1 − scale to 1 + scale.", ge=0, le=1)
    translate: float = hyperparameter(0.1, "Images are moved by this part of their size, at most.", ge=0, le=1)
    degrees: float = hyperparameter(0.0, "Images are turned by this angle, at most.", unit="degrees", ge=0, le=180)
    flip: float = hyperparameter(0.5, "Probability of mirroring left and right.", ge=0, le=1)
    hue: float = hyperparameter(0.015, "Change of hue, at most.", ge=0, le=1)
    saturation: float = hyperparameter(0.7, "Change of saturation, at most.", ge=0, le=1)
    brightness: float = hyperparameter(0.4, "Change of brightness, at most.", ge=0, le=1)
    copy_paste: float = hyperparameter(
        0.0,
        "Probability that objects of other images are pasted into an image, rare classes first, blended at the "
        "border and never over another object (Ghiasi et al. 2021, arXiv 2012.07177, there with masks).",
        ge=0,
        le=1,
    )

    class_weights: Annotated[Literal["none"] | dict[str, float], PositiveWeights] = hyperparameter(
        "none", "Weight of each class in the classification loss: none, or a mapping from class to weight."
    )
    class_weights_on: Literal["positives", "all"] = hyperparameter(
        "positives",
        "Where class weights count. On positives they raise recall; on all they also weigh every place where the "
        "class is not, which mostly makes the other classes weigh less.",
    )
    focal_gamma: float = hyperparameter(
        0.0,
        "Quality focal loss |target − p|^γ (Li et al. 2020, arXiv 2006.04388): easy places count less, and the "
        "minimum stays at the soft target, which plain focal loss moves. 0 is cross-entropy.",
        ge=0,
        le=5,
    )
    repeat_threshold: float = hyperparameter(
        0.0,
        "Images with a class that fewer than this part of the images show are repeated √(threshold / part) times "
        "(Gupta et al. 2019, arXiv 1908.03195, §4.3). 0 repeats none.",
        ge=0,
        le=1,
    )
    repeat_limit: float = hyperparameter(4.0, "An image is repeated this many times, at most.", ge=1, le=100)

    min_box_side: float = hyperparameter(
        1.0,
        "An object whose box has a side of this or less after it was scaled and moved is not trained on. Ultralytics "
        "takes 2, by which a thin class can vanish from training without a word.",
        unit="pixels of the network's input",
        ge=0,
        le=64,
    )
    thin_objects: ThinObjects = hyperparameter(
        "off",
        "How well a prediction fits a thin box while anchors are assigned: off by IoU, which is near 0 until late, "
        "so that the class never starts; distance also by the normalised Wasserstein distance (Wang et al. 2021, "
        "arXiv 2110.13389); widen by the IoU of both boxes widened to thin_width.",
    )
    thin_width: float = hyperparameter(
        16.0, "Sides below this count as thin.", unit="pixels of the network's input", gt=0, le=512
    )
    assigner_beta: float = hyperparameter(
        6.0, "Exponent of the fit against that of the class score (0.5) where anchors are assigned.", ge=0, le=20
    )
    assigner_top_k: int = hyperparameter(10, "Anchors assigned to a box, at most.", ge=1, le=100)
    box_gain: float = hyperparameter(7.5, "Weight of the box loss.", ge=0)
    class_gain: float = hyperparameter(0.5, "Weight of the classification loss.", ge=0)
    distribution_gain: float = hyperparameter(1.5, "Weight of the distribution focal loss of box sides.", ge=0)
    frozen_layers: int = hyperparameter(
        0, "First layers that are not trained; 10 is the backbone of YOLOv8.", unit="layers", ge=0
    )

    nms_iou: float = hyperparameter(
        0.7, "Of two boxes of a class that overlap more, the less sure one goes.", gt=0, lt=1
    )
    max_detections: int = hyperparameter(300, "Objects found in an image, at most.", ge=1, le=10_000)
    recall_floor: dict[str, float] = Field(
        default_factory=dict,
        description="Class → recall that its operating confidence must keep on validation. Classes not named operate "
        "where their F1 is highest.",
    )

    def phases(self, counts: Mapping[str, int]) -> list[PhaseOutline]:
        """One, of which tiles are a part. What `repeat_threshold` adds depends on the images."""
        return [self.phase("training", counts.get("train", 0) * self.views_per_image)]

    @property
    def views_per_image(self) -> int:
        """Examples that training makes of an image: the whole, and tiles."""
        return 1 + self.tiles_per_image if self.tiles == "both" else 1

    @field_validator("tile_size")
    @classmethod
    def _tiles_show_something(cls, size: int) -> int:
        if 0 < size < 32:
            raise ValueError("tile_size must be 32 or more, or 0 for image_size")
        return size

    def kept_mib(self, counts: Mapping[str, int]) -> float:
        """Decoded images. Tiles are cut from whole ones, whose size is not known here."""
        if self.tiles == "both":
            return float(self.image_cache_mb)
        return min(self.image_cache_mb, counts.get("train", 0) * 3 * self.image_size**2 / 2**20)

    @field_validator("image_size")
    @classmethod
    def _size_fits_the_strides(cls, size: int) -> int:
        if size % 32:
            raise ValueError(f"image_size must be a multiple of 32; the nearest is {round(size / 32) * 32}")
        return size

    @model_validator(mode="after")
    def _classes_are_known(self) -> Config:
        if self.labels is None:
            return self
        named = {*self.recall_floor, *(self.class_weights if isinstance(self.class_weights, dict) else ())}
        strange = sorted(named - set(self.labels))
        if strange:
            raise ValueError(f"{strange[0]!r} is not among labels ({', '.join(self.labels)})")
        return self
