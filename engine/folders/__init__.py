"""Folders of a real file tree as examples: snapshots, samples, labels, predictions. No training library."""
