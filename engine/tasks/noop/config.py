"""The script that a run of the task `noop` follows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.training.config import hyperparameter

Moment = Literal["before", "during", "renaming"]


class Step(BaseModel):
    """One step of the script: exactly one action, with what belongs to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: dict[str, float | None] | None = Field(None, description="Emit these metrics.")
    evaluate: dict[str, float | None] | None = Field(None, description="Emit these metrics of validation.")
    sleep: float | None = Field(None, description="Do nothing for so long, in seconds.", ge=0)
    checkpoint: Literal[True] | Moment | None = Field(
        None, description="Publish a checkpoint; a moment halts there until the file `go` is in the run directory."
    )
    pause: str | None = Field(None, description="Log `paused: NAME` and halt until the file `go` is there.")
    exit: int | None = Field(None, description="End the process with this exit code.")
    kill: int | None = Field(None, description="Send the process this signal.")
    allocate: int | None = Field(None, description="Hold so much memory, in MiB.", ge=0)
    hang: Literal[True] | None = Field(None, description="Stop answering.")
    write_half_checkpoint: Literal[True] | None = Field(
        None, description="Leave a checkpoint whose files do not match its manifest."
    )
    fill_disk: Literal[True] | None = Field(None, description="Write to the run directory until the disk is full.")
    raise_: Literal["oom", "nan", "bad_data", "bad_configuration", "crash"] | None = Field(
        None, alias="raise", description="Raise this error."
    )
    log: str | None = Field(None, description="Log this sentence.")

    split: str = Field("train", description="The split of `report`.")
    once: bool = Field(False, description="Act only the first time the run comes here, over all attempts.")

    @model_validator(mode="after")
    def _one_action(self) -> Step:
        actions = self.actions()
        if len(actions) != 1:
            raise ValueError(f"a step has exactly one action, this one has {len(actions)}: {', '.join(actions)}")
        return self

    def actions(self) -> list[str]:
        """Names of the actions that are set."""
        return sorted(name for name in self.model_fields_set - {"split", "once"} if getattr(self, name) is not None)


class Config(BaseModel):
    """What the task does in place of training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    script: tuple[Step, ...] = hyperparameter((), "What to do, in order; each entry is one step.")
    epochs: int = hyperparameter(1, "Times that the script is played.", unit="epochs", ge=0, le=1_000_000)
    step_s: float = hyperparameter(0.0, "Pause after each step.", unit="s", ge=0)
    batch_size: int = hyperparameter(
        4, "Examples per batch; says how often out-of-memory may halve it.", unit="examples", ge=1
    )
    load_s: float = hyperparameter(0.0, "Time that loading takes before the first step.", unit="s", ge=0)
    needs_splits: int = hyperparameter(
        1, "Raise out-of-memory unless each batch goes in at least so many parts.", unit="parts", ge=1
    )
    test_score: float = hyperparameter(0.9, "The score that the test split gives.")
    pause_in_test: bool = hyperparameter(False, "Halt in the test until the file `go` is in the run directory.")
    forget_head: bool = hyperparameter(False, "Hand over a model that predicts otherwise than the trained one.")
    seed: int = hyperparameter(13, "Seed of the number that stands for the weights.", ge=0)
