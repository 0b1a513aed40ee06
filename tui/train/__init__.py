"""Train without a screen: what is asked for, what it would mean, and both as lines."""
