"""What Monitor shows, as pure functions of what is known: which runs, in what order, beside what, and why."""
