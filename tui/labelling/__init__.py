"""What the screen Label is made of: pure views, and what runs in threads and processes beside it."""
