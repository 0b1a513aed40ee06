"""What the screen Models shows and does: the registry as it is read, pure views, and what works beside the screen."""
