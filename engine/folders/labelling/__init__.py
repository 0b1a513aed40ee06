"""Labelling, keystroke by keystroke: the log, what it adds up to, which folder comes next. Knows no screen."""
