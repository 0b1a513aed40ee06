"""The routes, a module per noun: what is asked and answered, and which verb of the engine does it."""
