"""Training: plain text first (optional), then scored pairs; hands over the encoder best on validation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace

import torch

from engine.datasets.store import Dataset
from engine.errors import DataError
from engine.tasks.contract import Job, Row, TrainOutcome
from engine.tasks.sentence_similarity.choice import Candidate, choose
from engine.tasks.sentence_similarity.config import ALONE, SUPERVISED, UNSUPERVISED, Config
from engine.tasks.sentence_similarity.model import untrained_encoder, write_model
from engine.tasks.sentence_similarity.pairs import Pairs, PairTraining, validate
from engine.tasks.sentence_similarity.phases import (
    Outcome,
    PlannedPhase,
    interrupted_phase,
    plan_phases,
    publish_outcome,
    read_outcome,
)
from engine.tasks.sentence_similarity.predict import SimilarityPredictor
from engine.tasks.sentence_similarity.tsdae import RECONSTRUCTION, TsdaeTraining, training_sentences
from engine.training.loop import Loop
from engine.training.state import load_trainable, trainable_state
from engine.training.trainable import Phase
from engine.training.watch import preparation

UNTRAINED = "untrained"
SAMPLES = 8
"""Validation pairs shown with their similarity, and kept beside the model to compare a fresh process with."""


def train(job: Job) -> TrainOutcome:
    """Run every phase, choose, write `model/`. Raises StopRequested on Stop.NOW."""
    return _Run(job).train()


class _Run:
    """One training: the data, the phases that ended, and their encoders."""

    def __init__(self, job: Job) -> None:
        if not isinstance(job.config, Config):
            raise TypeError("the job's config is not one of sentence similarity")
        self.job, self.config = job, job.config
        self.phases = plan_phases(job.config)
        self.encoder = untrained_encoder(job.config)
        self.encoder.to(job.device)
        self.train_rows, self.validation_rows = _rows(job.dataset, "train"), _rows(job.dataset, "validation")
        self.train_pairs = Pairs(self.encoder, self.train_rows, preparation(job, "tokenizing"))
        self.validation = Pairs(self.encoder, self.validation_rows)
        self.plain_texts = self._plain_texts() if job.config.unsupervised_epochs else []
        self.interrupted = interrupted_phase(job)
        self.outcomes: dict[str, Outcome] = {}
        self.states = {UNTRAINED: trainable_state(self.encoder)}

    def train(self) -> TrainOutcome:
        self._warn_of_cut_texts()
        for phase in self.phases:
            if self._phase(phase):
                return self._finish(stopped=True)
        return self._finish(stopped=False)

    # -- phases

    def _phase(self, planned: PlannedPhase) -> bool:
        """Run a phase, or take what it left before. True when asked to stop."""
        left = read_outcome(self.job, planned)
        if left is not None:
            self.outcomes[planned.name], self.states[planned.name] = left
            return False
        load_trainable(self.encoder, self.states[planned.after or UNTRAINED])
        job, offset = self._job_of(planned), self._steps_done()
        # The decoder of TSDAE begins with random weights: seeded, so that a resumed run has the same.
        torch.manual_seed(self.config.seed + planned.index)
        trainable = self._trainable(planned)
        trainable.model.to(job.device)
        config = self._config_of(planned)
        phase = Phase(planned.name, config.epochs, planned.index, offset, self._steps_in_all(planned))
        started = time.monotonic()
        resume_from = job.resume_from if planned.index == self.interrupted else None
        mode = "min" if planned.name == UNSUPERVISED else "max"
        result = Loop(job, trainable, phase, mode=mode).fit(resume_from)
        outcome = Outcome(
            name=planned.name,
            steps=result.steps,
            best_step=result.best_step,
            correlation=self._validate()["correlation"],
            seconds=round(time.monotonic() - started, 1),
        )
        self.outcomes[planned.name], self.states[planned.name] = outcome, trainable_state(self.encoder)
        if not result.stopped:
            publish_outcome(self.job, planned, outcome, self.states[planned.name])
        return result.stopped

    def _config_of(self, planned: PlannedPhase) -> Config:
        if planned.name != UNSUPERVISED:
            return self.config
        return self.config.model_copy(
            update={
                "epochs": self.config.unsupervised_epochs,
                "learning_rate": self.config.unsupervised_learning_rate,
                "batch_size": self.config.unsupervised_batch_size,
                "gradient_accumulation": 1,
                "patience": 0,
                # Constant and without decay, as in Wang et al. 2021.
                "schedule": "constant",
                "warmup_ratio": 0.0,
                "weight_decay": 0.0,
            }
        )

    def _job_of(self, planned: PlannedPhase) -> Job:
        """The job as the loop sees it in this phase."""
        if planned.name != UNSUPERVISED:
            return self.job
        # The targets are about the whole run: plain text alone neither reaches nor misses them.
        config = self._config_of(planned)
        return replace(self.job, config=config, headline=RECONSTRUCTION, targets=(), early_stop_on=())

    def _trainable(self, planned: PlannedPhase) -> TsdaeTraining | PairTraining:
        config = self._config_of(planned)
        if planned.name == UNSUPERVISED:
            return TsdaeTraining(self.encoder, config, self.plain_texts, self.validation)
        return PairTraining(self.encoder, config, self.train_pairs, self.validation)

    def _plain_texts(self) -> list[str]:
        if self.job.dataset.manifest.counts.get("unlabelled"):
            return [row["text"] for row in self.job.dataset.iterate("unlabelled")]
        self.job.events.log(
            "the dataset has no split 'unlabelled': the unsupervised phase learns from the training texts",
            "warning",
        )
        return [text for row in self.train_rows for text in (row["a"], row["b"])]

    def _steps_done(self) -> int:
        return max((outcome.steps for outcome in self.outcomes.values()), default=0)

    def _steps_in_all(self, now: PlannedPhase) -> int:
        """Steps of the run, for progress: those done, and those that the phases left will take."""
        counts = {"train": len(self.train_pairs), "unlabelled": training_sentences(self.plain_texts)}
        return self._steps_done() + sum(outline.steps for outline in self.config.phases(counts)[now.index :])

    def _validate(self) -> dict[str, float]:
        self.encoder.eval()
        with torch.inference_mode():
            return validate(self.encoder, self.validation, self.config)

    def _warn_of_cut_texts(self) -> None:
        if self.train_pairs.at_limit:
            self.job.events.log(
                f"{self.train_pairs.at_limit} training texts fill max_length ({self.encoder.max_length} tokens) "
                "and may have been cut there",
                "warning",
            )

    # -- the end

    def _finish(self, *, stopped: bool) -> TrainOutcome:
        load_trainable(self.encoder, self.states[UNTRAINED])
        untrained = self._validate()["correlation"]
        competing = [ALONE, SUPERVISED, *([UNSUPERVISED] if stopped else [])]
        candidates = [Candidate(UNTRAINED, untrained)]
        candidates += [
            Candidate(name, self.outcomes[name].correlation) for name in competing if name in self.outcomes
        ]
        kept = choose(candidates)
        last_step = self._steps_done()
        best_step = self.outcomes[kept.name].best_step if kept.name in self.outcomes else 0
        self._say(candidates, kept, last_step)
        load_trainable(self.encoder, self.states[kept.name])
        values = self._validate()
        if best_step != last_step:  # the curve ends where the model that is handed over stands
            self.job.events.metrics(last_step, values, split="validation", epoch=float(self.config.epochs))
        samples = self.validation_rows[:SAMPLES]
        for row, prediction in zip(samples, SimilarityPredictor(self.encoder).predict(samples), strict=True):
            self.job.events.sample(last_step, row, prediction)
        facts = {
            "task": "sentence-similarity",
            "base": self.config.base,
            "config": self.config.model_dump(),
            "targets": [asdict(target) for target in self.job.targets],
            "kept": kept.name,
            "validation": values,
            "candidates": {candidate.name: candidate.correlation for candidate in candidates},
            "phases": [asdict(outcome) for outcome in self.outcomes.values()],
        }
        write_model(self.job.paths.model, self.encoder, facts, samples)
        return TrainOutcome(stopped=stopped, best_step=best_step, score=kept.correlation, start_score=untrained)

    def _say(self, candidates: Sequence[Candidate], kept: Candidate, step: int) -> None:
        """Say what was kept, with the figures of what was not."""
        figures = ", ".join(f"{candidate.name} {candidate.correlation:.4f}" for candidate in candidates)
        self.job.events.log(f"kept: {kept.name}; correlation on validation: {figures}")
        by_name = {candidate.name: candidate.correlation for candidate in candidates}
        if SUPERVISED in by_name and ALONE in by_name:
            better = by_name[SUPERVISED] > by_name[ALONE]
            self.job.events.log(
                f"the unsupervised phase {'helps and is kept' if better else 'does not help and is left out'}: "
                f"{by_name[SUPERVISED]:.4f} with it, {by_name[ALONE]:.4f} without"
            )
        if kept.name == UNTRAINED and SUPERVISED in self.outcomes and ALONE not in self.outcomes:
            # The loop compared this phase with the encoder it started from, which was not the untrained one.
            self.job.events.signal(
                "kept_start",
                metric="correlation",
                message=f"the untrained model is better than what was trained ({figures}), so it is handed over; "
                "likely cause: the unsupervised phase led away from what the pairs ask for; "
                "leave it out (unsupervised_epochs=0)",
                step=step,
            )


def _rows(dataset: Dataset, split: str) -> list[Row]:
    rows = dataset.rows(split)
    if not rows:
        raise DataError(f"the split {split!r} has no pairs", where=str(dataset.path), fix="make or import more data")
    return rows
