"""Webhooks: what happened is told to the endpoints of a workspace, signed, at least once, from a queue on disk.

`endpoints` says who is told. `queue` takes an event in, `spool` keeps it for one endpoint until it has ended, and
`ledger` remembers that it has. `backoff` decides what becomes of an attempt, `sending` makes one, `delivery` makes
those that are due, `background` does so as long as a service lives. `ended_runs` and
`promotions` tell what happened, `sweeping` finds what was not told because of a kill, `payloads` says what it looks
like, `signing` lets a receiver check it.
"""
