"""What Data shows: which datasets there are, how one is made up, its examples, and forms that make more."""
