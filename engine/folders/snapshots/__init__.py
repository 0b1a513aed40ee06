"""What lies on a disk: trees as they were when they were gathered, in one SQLite database, and what has changed."""
