"""Datasets: immutable directories of examples with a manifest."""
