"""Continuous improvement: what starts a training unasked, and what becomes of it.

`schedule`, `performance`, `drift` and `places` decide, and touch no disk; `judgements`, `recent` and `reference` read
what they decide on; `check` asks every trigger of a profile; `log` remembers; `firing` starts at most one run;
`settling` takes a finished run through the gate; `tending` is all of it, for the service and the command.
"""
