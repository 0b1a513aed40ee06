"""Pictures with boxes, for people: as image files, or as characters of a terminal. Knows no task and no screen."""
