"""Measures and reports that every task shares."""
