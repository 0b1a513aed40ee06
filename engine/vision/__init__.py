"""Pictures as tensors, backbones that embed them, and augmentations that fit the sensor. Knows no task."""
