"""What a model sees of a folder, made from a snapshot, and the database that holds it with labels and predictions."""
