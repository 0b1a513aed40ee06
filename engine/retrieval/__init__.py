"""Answers from nearest neighbours: similarities, votes, confidences, and the index that finds neighbours."""
