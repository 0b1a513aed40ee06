"""Trains retrieval: the embedding by comparison, then the similarity, the votes and the confidence, on rows of their
own; the references, their index, the model directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np

from engine.errors import DataError
from engine.linear_head import Numbers, Vectors
from engine.retrieval.answers import Answers, answer, depth_for
from engine.retrieval.confidence import Confidence, Threshold, fit_confidence, heuristic_confidence
from engine.retrieval.neighbours import nearest
from engine.retrieval.optimisation import KS, Embedded, Method, Optimisation, optimise
from engine.retrieval.references import References
from engine.retrieval.similarity import KINDS, Similarity
from engine.retrieval.votes import RULES, numbered
from engine.tasks.contract import Job, Row, TrainOutcome
from engine.tasks.image_feature_extraction import TASK
from engine.tasks.image_feature_extraction.config import Config
from engine.tasks.image_feature_extraction.embedder import new_embedder, sources_of
from engine.tasks.image_feature_extraction.measuring import Metrics
from engine.tasks.image_feature_extraction.model import Card, fingerprint_of, index_of, write_model
from engine.tasks.image_feature_extraction.reporting import choice_tables, measured_on
from engine.tasks.image_feature_extraction.retriever import Retriever
from engine.tasks.image_feature_extraction.splitting import part
from engine.tasks.image_feature_extraction.training import USUAL_K, ContrastiveTraining, Labelled
from engine.training.loop import Loop
from engine.training.state import require_finite
from engine.training.trainable import FitResult, Phase
from engine.training.watch import preparation
from engine.vision.loaded import Pictures
from engine.vision.pixels import inline, read_pixels

EXPECTED_SAMPLES = 8
Tell = Callable[[int, int], None]
"""What hears how many pictures of how many are done."""


def train(job: Job) -> TrainOutcome:
    """Train as the job's config says; the best model on validation stands in `model/` afterwards, with its index
    beside it.

    Raises StopRequested on Stop.NOW, DataError, BaseModelError, NonFiniteError, OutOfMemoryError.
    """
    return _Run(job).train()


class _Run:
    """One training: its embedder and its pictures."""

    def __init__(self, job: Job) -> None:
        if not isinstance(job.config, Config):
            raise TypeError("the job's config is not one of image retrieval")
        job.events.progress("loading", 0, 0)
        self.job, self.config = job, job.config
        rows = {split: job.dataset.rows(split) for split in ("train", "validation", "test")}
        self.names = sorted({row["label"] for row in rows["train"]})
        if len(self.names) < 2:
            raise DataError(
                f"the training split shows {len(self.names)} class{'' if len(self.names) == 1 else 'es'}",
                where=str(job.dataset.path),
                fix="give pictures of two classes at least",
            )
        self.embedder = new_embedder(self.config)
        self.embedder.to(job.device)
        self.batch_size = max(1, self.config.eval_batch_size // job.splits_of_batch)
        self._known_groups: dict[str, int] = {}
        self._vectors: dict[int, Vectors] = {}
        """Of a split, by its identity, as the weights are now: nothing is embedded twice where none changed."""
        parts = part(rows["validation"], self.config.answers.calibration_share, self.config.seed)
        self.apart = parts.apart
        tell = preparation(job, "reading pictures")
        self.train_part = self._labelled(rows["train"], tell)
        self.watched, self.spared, self.tested = map(self._labelled, (parts.watched, parts.spared, rows["test"]))
        self._tell(rows)

    def train(self) -> TrainOutcome:
        baseline = self._baseline()
        trainable = ContrastiveTraining(self.embedder, self.config, self.train_part, self.watched, self.names)
        epochs = 0 if self.config.train.loss == "none" else self.config.epochs
        loop = Loop(self.job, trainable, Phase("training", epochs), mode=TASK.headline_mode)
        result = loop.fit(self.job.resume_from)
        if epochs:
            self._vectors.clear()
        return self._finish(result, baseline)

    def _finish(self, result: FitResult, baseline: dict[str, Metrics]) -> TrainOutcome:
        self.job.events.progress("answers", result.steps, result.steps)
        require_finite(self.embedder)
        references = References(
            vectors=self._embed(self.train_part),
            labels=[row["label"] for row in self.train_part.rows],
            images=[row["image"] for row in self.train_part.rows],
            groups=[row.get("group") or None for row in self.train_part.rows],
            model=fingerprint_of(self.embedder),
        )
        chosen = self._optimise(references)
        spared = self._embed(self.spared)
        confidence, threshold = self._confidence(references, chosen.method, spared)
        retriever = Retriever(
            embedder=self.embedder,
            similarity=chosen.method.similarity,
            references=references,
            k=chosen.method.k,
            rule=chosen.method.rule,
            confidence=confidence,
            threshold=threshold,
            map_at=self.config.answers.map_at,
            bits=self.config.bits,
            batch_size=self.batch_size,
        )
        card = self._card(result, baseline, retriever)
        tables = choice_tables(chosen, self.watched.labels, self.names, confidence, threshold)
        samples = self._samples()
        self.embedder.eval()
        write_model(
            self.job.paths.model,
            card,
            self.embedder,
            retriever.similarity,
            references,
            confidence,
            tables,
            samples,
            retriever.predict(samples),
        )
        self._build_index(retriever)
        return TrainOutcome(
            stopped=result.stopped,
            best_step=result.best_step,
            score=result.best_score,
            start_score=result.start_score,
        )

    # -- what stands on the embedding

    def _optimise(self, references: References) -> Optimisation:
        """The similarity, k and votes that answer the watched pictures best; where none are held out, the usual."""
        wanted = self.config.answers
        embedded = Embedded(references.vectors, self.train_part.labels, self.train_part.groups)
        queries = self.watched if len(self.watched) else self.train_part
        kinds = KINDS if wanted.similarity == "auto" else (wanted.similarity,)
        return optimise(
            embedded,
            Embedded(self._embed(queries), queries.labels, self._groups(queries)),
            kinds=kinds,
            ks=KS if wanted.k == "auto" else (wanted.k,),
            rules=RULES if wanted.vote == "auto" else (wanted.vote,),
            seed=self.config.seed,
        )

    def _confidence(
        self, references: References, method: Method, spared: Vectors
    ) -> tuple[Confidence, Threshold | None]:
        wanted = self.config.answers
        heuristic = heuristic_confidence(references.vectors, method.similarity, groups=self.train_part.groups)
        if not len(self.spared):
            self.job.events.log("no validation pictures: the confidence is a heuristic, and nothing is `unknown`")
            return heuristic, None
        answers = self._answers(spared, references, method, self.spared.groups, self.train_part.groups)
        # Each class plays the stranger: its own references are hidden from it.
        strangers = self._answers(spared, references, method, self.spared.labels, self.train_part.labels)
        fitted = fit_confidence(
            answers,
            self.spared.labels,
            kind=None if wanted.calibration == "auto" else wanted.calibration,
            strangers=strangers,
            groups=_grouped(self.spared.groups),
            seed=self.config.seed,
        )
        if fitted is None:
            self.job.events.log(
                f"{len(self.spared)} validation pictures are too few to fit a confidence: it is a heuristic",
                "warning",
            )
            return heuristic, None
        return fitted, fitted.threshold_for(wanted.false_accept_rate, of=wanted.false_accept_of)

    def _answers(
        self, queries: Vectors, references: References, method: Method, own: Numbers, others: Numbers
    ) -> Answers:
        found = nearest(
            queries,
            references.vectors,
            depth_for(method.k),
            similarity=method.similarity,
            query_groups=own,
            reference_groups=others,
        )
        return answer(found, self.train_part.labels, k=method.k, rule=method.rule)

    def _baseline(self) -> dict[str, Metrics]:
        """What the embedding answers before a weight changes, by cosine and a majority of five, with a heuristic
        confidence."""
        vectors = self._embed(self.train_part)
        usual = Method(Similarity(), USUAL_K, "majority")
        confidence = heuristic_confidence(vectors, usual.similarity, groups=self.train_part.groups)
        made = {}
        for name, split in (("validation", self.watched), ("test", self.tested)):
            if len(split):
                made[name] = measured_on(
                    self._embed(split),
                    split,
                    vectors,
                    self.train_part,
                    usual,
                    confidence,
                    self.names,
                    map_at=self.config.answers.map_at,
                )
        return made

    # -- what is written

    def _card(self, result: FitResult, baseline: dict[str, Metrics], retriever: Retriever) -> Card:
        notes = []
        if not self.apart and len(self.spared):
            notes.append(
                f"Validation has {len(self.spared)} pictures, too few to spare some: the confidence was fitted on "
                "those that also said when to stop, and may be flattered by them."
            )
        return Card(
            task=TASK.name,
            base=self.config.base,
            labels=self.names,
            k=retriever.k,
            rule=retriever.rule,
            config=self.config.model_dump(mode="json"),
            threshold=retriever.threshold,
            fingerprint=retriever.references.model,
            targets=[asdict(target) for target in self.job.targets],
            dataset=self.job.dataset.id,
            validation={} if result.best_score is None else {TASK.headline: result.best_score},
            baseline=baseline,
            kept_start=result.best_step == 0 and result.steps > 0,
            notes=notes,
        )

    def _build_index(self, retriever: Retriever) -> None:
        from engine.retrieval.index import open_or_rebuild

        self.job.events.progress("index", 0, 0)
        collection, references = self.config.answers.collection, retriever.references
        place = index_of(self.job.paths.model)
        with open_or_rebuild(
            place, references, retriever.similarity, model=references.model, collection=collection
        ) as index:
            if index.facts is not None:
                self.job.events.log(
                    f"{index.facts.count} references are indexed in the collection {collection}, which finds "
                    f"{index.facts.recall:.1%} of what an exact search finds"
                )
            for warning in index.warnings:
                self.job.events.log(warning, "warning")

    def _samples(self) -> list[Row]:
        """A few pictures spread over the test, inside the sample: the model directory may go elsewhere."""
        held = self.tested if len(self.tested) else self.watched if len(self.watched) else self.train_part
        step = max(1, len(held) // EXPECTED_SAMPLES)
        chosen = list(zip(held.pictures.sources, held.rows, strict=True))[::step][:EXPECTED_SAMPLES]
        return [{"image": inline(read_pixels(path)), "label": row["label"]} for path, row in chosen]

    # -- pictures

    def _labelled(self, rows: Sequence[Row], tell: Tell = lambda done, total: None) -> Labelled:
        pictures = Pictures(
            sources_of(rows, self.job.dataset.path),
            self.embedder.backbone,
            cache_mib=self.config.image_cache_mb,
            bits=self.config.bits,
            tick=tell,
        )
        groups = self._group_numbers(rows)
        return Labelled(pictures, rows, numbered([row["label"] for row in rows], self.names)[1], groups)

    def _group_numbers(self, rows: Sequence[Row]) -> Numbers:
        """A number for each group, the same in every split; -1 for rows of none."""
        known = self._known_groups
        made = [known.setdefault(row["group"], len(known)) if row.get("group") else -1 for row in rows]
        return np.array(made, dtype=np.int64)

    def _groups(self, split: Labelled) -> Numbers:
        """Groups that a query must not meet. Where training pictures are the queries, no picture meets itself."""
        if split is not self.train_part:
            return split.groups
        return np.where(split.groups >= 0, split.groups, len(self._known_groups) + np.arange(len(split)))

    def _embed(self, split: Labelled) -> Vectors:
        if id(split) not in self._vectors:
            tell = preparation(self.job, "embedding")
            self._vectors[id(split)] = self.embedder.embed(
                split.pictures, batch_size=self.batch_size, tick=lambda done: tell(done, len(split))
            )
        return self._vectors[id(split)]

    def _tell(self, rows: dict[str, list[Row]]) -> None:
        counts = np.bincount(self.train_part.labels, minlength=len(self.names))
        alone = [name for name, count in zip(self.names, counts, strict=True) if count == 1]
        if alone:
            self.job.events.log(f"only one training picture shows {', '.join(alone)}: give more of them", "warning")
        strange = sorted({row["label"] for row in (*rows["validation"], *rows["test"])} - set(self.names))
        if strange:
            self.job.events.log(
                f"no training picture shows {', '.join(strange)}: such pictures should come out as unknown", "warning"
            )
        if not len(self.watched):
            self.job.events.log("no validation pictures are held out: training goes to its end, and has no metric")


def _grouped(groups: Numbers) -> Numbers | None:
    """For folds: rows of no group are groups of their own."""
    if not (groups >= 0).any():
        return None
    return np.where(groups >= 0, groups, groups.max() + 1 + np.arange(len(groups)))
