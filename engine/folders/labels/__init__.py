"""Labels that are given: from sheets and into them, doubted, parted into splits, as a dataset."""
