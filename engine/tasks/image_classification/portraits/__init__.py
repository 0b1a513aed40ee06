"""Drawn portraits: numpy and Pillow, the same from the same seed in every process."""
