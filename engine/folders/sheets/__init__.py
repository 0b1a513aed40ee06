"""Folders as CSV for spreadsheets, and which folders the rows of one speak of."""
