"""What the screen Curate shows and does: pure views, the sitting, and what works beside the screen."""
