"""A BERT encoder for many short texts on a CPU: the same vectors, less work for each."""
