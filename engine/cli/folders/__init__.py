"""`engine folders`: from a file tree to labelled folders that a model learns from. A module for each verb."""

from __future__ import annotations

from engine.cli.folders import check, dataset, features, gather, generate, labels, samples
from engine.cli.options import new_app

app = new_app("From a file tree to labelled folders: snapshot, features, samples to label, labels, dataset.")
labels_app = new_app("Take labels over from a sheet, and write them to one.")
app.add_typer(labels_app, name="labels")
app.command()(gather.gather)
app.command()(generate.generate)
app.command()(features.features)
app.command()(samples.samples)
app.command()(dataset.dataset)
labels_app.command()(check.check)
labels_app.command()(labels.apply)
labels_app.command()(labels.export)
