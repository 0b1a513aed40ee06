"""Curation: what is wrong with a dataset of pictures, what to do about it, and the dataset without it. Headless."""
