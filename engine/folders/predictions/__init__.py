"""What a model says of every folder, in the words of any taxonomy."""
