"""The `engine` command: one module per noun; `main` finds the module and loads nothing else."""
