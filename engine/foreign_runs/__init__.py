"""Runs that other programs recorded, brought into a workspace: the console shows them like its own.

`tensorboard`, `trainer_state` and `ultralytics` each read one kind of record, `finding` tells which kinds lie below a
path, `importing` writes them down as runs, once or as they grow.
"""
