"""Which folders to label next."""
