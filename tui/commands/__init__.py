"""Finding what can be done: the keys of help, and commands by their names. Pure."""
