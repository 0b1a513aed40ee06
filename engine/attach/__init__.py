"""A workspace over standard streams, for a console on another machine: `ssh HOST engine attach`."""
