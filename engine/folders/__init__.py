"""Folders of a real file tree as examples: snapshot, features, samples to label, labels. No training library."""
