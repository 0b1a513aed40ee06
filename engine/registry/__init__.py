"""Versions of trained models: registered, promoted through a gate, taken back out.

workspace/models/PROFILE/MODEL/
  history.jsonl     every move, in order; aliases, deployment and raised thresholds are read from it
  .lock             held while a version is registered or a move is written
  1/ 2/ 3/ …        versions; nothing in them changes
    manifest.json   where it comes from, what it measured, its thresholds, its files with SHA-256
    model/          ready to load
    README.md       the model card
    report.json     evaluation on the held-out test split; report.md for people
"""
