"""What the console knows of the disk: one thread reads, frozen pictures come out."""
