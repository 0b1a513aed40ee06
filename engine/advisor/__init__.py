"""What the metrics of a run say: target reached, plateau, overfitting, diverged, stalled."""
