"""A run's life: one training of one model, in one directory."""
