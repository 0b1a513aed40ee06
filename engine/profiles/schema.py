"""What a profile may hold. The fields of `config:` and `data.recipe:` belong to the task that the model names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, StringConstraints, model_validator

from engine.profiles.document import Node
from engine.profiles.production import Decisions, Promotion, Traffic
from engine.profiles.public_data import PublicSet
from engine.profiles.strict import Strict
from engine.profiles.taxonomies import Taxonomy, problem_with_mappings
from engine.profiles.triggers import Trigger, named_once
from engine.training.config import SignalName, hyperparameter

FORMAT = 1
FULL = "full"
"""The preset that every profile has: its models as they stand."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
"""Small letters, digits and single hyphens: it becomes part of directory names."""


class Threshold(Strict):
    """A metric must be at least, or at most, a value."""

    at_least: float | None = Field(None, description="The metric must reach this value.", allow_inf_nan=False)
    at_most: float | None = Field(None, description="The metric must not exceed this value.", allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_a_bound(self) -> Threshold:
        if self.at_least is None and self.at_most is None:
            raise ValueError("holds no threshold; write `at_least:` or `at_most:` with a number")
        return self


def _number_is_at_least(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"at_least": value}
    if value is not None and not isinstance(value, dict | Threshold):
        raise ValueError("must be a number (at least), or `{at_least: …}` or `{at_most: …}`")
    return value


TargetValue = Annotated[
    Threshold | None,
    BeforeValidator(_number_is_at_least, json_schema_input_type=float | Threshold | None),
]
Targets = dict[str, TargetValue]


class Data(Strict):
    """Where a model's examples come from."""

    seed: int = hyperparameter(7, "Seed of the recipe: the same seed makes the same dataset.", ge=0, le=2**63 - 1)
    recipe: dict[str, Any] | None = Field(
        None, description="How examples are made: fields of the task's Recipe. Leave it out to import examples."
    )


class Policy(Strict):
    """What happens around the training: fields of `engine.runs.spec.RunPolicy`."""

    retries: int = hyperparameter(
        2, "Further attempts after a crash, each from the last checkpoint.", unit="attempts", ge=0, le=100
    )
    backoff_s: float = hyperparameter(
        5.0, "Wait before the first retry; it doubles with each.", unit="s", ge=0, le=86_400
    )
    keep_checkpoints: int = hyperparameter(
        2, "Newest checkpoints that stay on disk.", unit="checkpoints", ge=1, le=1000
    )
    stall_factor: float = hyperparameter(
        20.0, "A run is stalled when no event came for this many times the usual gap.", gt=1, le=10_000
    )
    hang_after_s: float = hyperparameter(
        900.0, "A trainer without an event for so long is killed and retried.", unit="s", gt=0, le=604_800
    )
    stop_grace_s: float = hyperparameter(
        4.0, "How long a trainer has to leave after 'stop now' before it is ended.", unit="s", ge=0, le=3600
    )
    preempt_grace_s: float = hyperparameter(
        30.0, "The same after the worker itself was told to end (TERM, INT).", unit="s", ge=0, le=3600
    )


class FeedbackTraining(Strict):
    """How a model learns from feedback. What is not here is as in the run that the training starts from."""

    epochs: int = hyperparameter(10, "Passes over feedback and replay.", unit="epochs", ge=1, le=1000)
    learning_rate: float = hyperparameter(
        1e-4,
        "Peak learning rate: lower than that of a first training, which would sweep away what is known.",
        gt=0,
        le=1,
    )
    batch_size: int | None = hyperparameter(
        None, "Images per batch; none: as in the run it starts from.", unit="images", ge=1, le=4096
    )
    frozen_layers: int = hyperparameter(
        0,
        "First layers that are not trained; 10 is the backbone of YOLOv8. Frees memory and time; what keeps the "
        "old classes is replay.",
        unit="layers",
        ge=0,
        le=1000,
    )
    train_replay: float = hyperparameter(
        1.0,
        "Images of the original training set for each image of feedback that is trained on; 0 replays none.",
        ge=0,
        le=100,
    )
    replay_floor: int = hyperparameter(
        10,
        "Replayed images that show a class, at least (all there are, where there are fewer): rare classes first.",
        unit="images",
        ge=0,
        le=100_000,
    )
    held_out: float = hyperparameter(
        0.2,
        "Part of the feedback that is never trained on and tests the model, chosen by the images' hashes: an "
        "image once held out stays so.",
        ge=0,
        le=0.9,
    )
    validation: float = hyperparameter(
        0.15, "Part of the feedback that joins the validation split, chosen in the same way.", ge=0, le=0.9
    )
    allowed_forgetting: float = hyperparameter(
        0.05,
        "How much the headline metric and the recall of each class may fall on the original test split, from "
        "the start of the training to its end. A model that lost more is not to be promoted.",
        ge=0,
        le=1,
    )
    keep_runs: int = hyperparameter(
        0,
        "Newest finished trainings on feedback that stay on disk; older ones are removed after a successful one. "
        "0 keeps all. First trainings always stay.",
        unit="runs",
        ge=0,
        le=10_000,
    )
    seed: int = hyperparameter(13, "Seed of the replay sample.", ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _something_is_left_to_train_on(self) -> FeedbackTraining:
        if self.held_out + self.validation >= 1:
            raise ValueError("held_out and validation leave nothing to train on; together they must stay below 1")
        return self


class Privacy(Strict):
    """What holds for the pictures that a model learns from, its datasets' and its feedback's: docs/privacy.md."""

    consent: Literal["optional", "required"] = hyperparameter(
        "optional", "required: feedback is refused unless it says that consent was given, where and when."
    )
    retention_days: int | None = hyperparameter(
        None,
        "Age at which examples and feedback are removed by `engine data expire`; none: they stay until their own "
        "`expires`.",
        unit="days",
        ge=1,
        le=36_500,
    )
    encrypt: bool = hyperparameter(
        False,
        "Pictures of datasets and feedback are encrypted at rest with the key that FINETOP_KEY_FILE "
        "names (`engine data key new FILE`).",
    )


class Settings(Strict):
    """What a model can set, and a preset or `--set` can set over it."""

    config: dict[str, Any] = Field({}, description="Hyperparameters: fields of the task's Config.")
    data: Data = Field(Data(recipe=None), description="Where the examples come from.")
    targets: Targets = Field(
        {}, description="Metric on the test split → threshold. A number means at least; null takes a target away."
    )
    early_stop_on: list[SignalName] = Field([], description="Signals of the advisor that end the training early.")
    feedback: FeedbackTraining | None = Field(
        None,
        description="How the model learns from feedback; left out: as the defaults say. For tasks that see pictures.",
    )


class Model(Settings):
    """A model of the project."""

    task: str = Field(description="The kind of model, by its Hugging Face pipeline name.")
    description: str = Field("", description="What the model is for, in words for a newcomer.")
    privacy: Privacy = Field(Privacy(), description="Consent, retention and encryption; no preset changes them.")
    promotion: Promotion = Field(Promotion(), description="What the gate asks before a version goes into production.")
    decisions: Decisions = Field(Decisions(), description="Which answers are acted on without a person.")
    traffic: Traffic = Field(Traffic(), description="How a candidate is tried beside production.")
    public_data: list[PublicSet] = Field(
        [], description="Data sets that others publish and `engine data fetch` brings; each becomes a dataset."
    )

    triggers: list[Trigger] = Field(
        [],
        description="What starts a training unasked: docs/triggers.md; no preset changes it.",
    )

    @model_validator(mode="after")
    def _has_each_trigger_once(self) -> Model:
        named_once(self.triggers)
        return self

    @model_validator(mode="after")
    def _has_each_set_once(self) -> Model:
        names = [each.name for each in self.public_data]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"names the public set {twice} twice; give each a name of its own")
        return self


class Preset(Strict):
    """Values laid over those of the profile, by name: `--preset NAME`."""

    description: str = Field("", description="When to take this preset.")
    models: dict[Name, Settings] = Field({}, description="Model → what the preset sets for it.")
    policy: Policy = Field(Policy(), description="What the preset sets of the policy.")


class Profile(Strict):
    """A project: its models, data, hyperparameters, targets, presets and policy."""

    finetop: Literal[1] = Field(description="Version of the profile format.")
    name: Name = Field(description="Name of the project; part of run, dataset and version names.")
    title: str = Field("", description="One line for lists.")
    description: str = Field("", description="What the project does, in words for a newcomer.")
    models: dict[Name, Model] = Field(description="The models of the project.", min_length=1)
    presets: dict[Name, Preset] = Field({}, description="Named variations; `full` is the profile as it stands.")
    policy: Policy = Field(Policy(), description="Retries, and what is kept.")
    taxonomies: dict[Name, Taxonomy] = Field(
        {}, description="Label sets for those who label folders; a model names the one that it learns."
    )

    @model_validator(mode="after")
    def _mappings_lead_somewhere(self) -> Profile:
        problem = problem_with_mappings(self.taxonomies)
        if problem is not None:
            raise ValueError(problem)
        return self

    _source: Node | None = PrivateAttr(None)

    @property
    def source(self) -> Node:
        """The YAML with its positions."""
        if self._source is None:
            raise ValueError("this profile was not read from a file")
        return self._source

    @property
    def preset_names(self) -> list[str]:
        """`full` and the presets of the file."""
        return [FULL, *self.presets]
