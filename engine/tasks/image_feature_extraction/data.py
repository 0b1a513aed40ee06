"""Rows of the task: a picture and its label (engine.labelled_pictures)."""

from engine.labelled_pictures import count_classes, problem_with

__all__ = ["count_classes", "problem_with"]
