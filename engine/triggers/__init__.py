"""Continuous improvement: what starts a training unasked, and what becomes of it.

`schedule`, `performance` and `drift` decide, and touch no disk; `judgements`, `recent` and `reference` read what they
decide on, and `remembering` is what a service calls to have its inputs remembered; `check` asks every trigger of a
profile, `conditions` and `environment` answer; `log` remembers; `firing` starts at most one run; `settling` takes a
finished run through the gate; `tending` is all of it, for the service and the command; `listing` is for people.
"""
