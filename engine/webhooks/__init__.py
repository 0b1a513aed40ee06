"""Webhooks: what happened is told to the endpoints of a workspace, signed, at least once, from a queue on disk.

`endpoints` says who is told. `queue` takes an event in, `spool` keeps it for one endpoint until it has ended, and
`ledger` remembers that it has. `backoff` decides what becomes of an attempt, `sending` makes one, `delivery` makes
those that are due, `background` does so as long as a service lives. `ended_runs` finds what there is to tell of runs,
`payloads` says what it looks like, `signing` lets a receiver check it.
"""
