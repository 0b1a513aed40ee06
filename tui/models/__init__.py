"""What the screen Models shows and does: what is read of the registry, pure views, and what works beside the screen."""
