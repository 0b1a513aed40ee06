"""Learning by comparison: batches of classes × examples, and losses over all pairs of a batch. Knows no task."""
