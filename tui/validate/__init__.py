"""What Validate shows and does, without its widgets: models, samples, answers beside each other, corrections."""
