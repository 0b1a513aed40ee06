"""The training loop that tasks share: batches, optimizer, early stopping, checkpoints, stop and resume."""
