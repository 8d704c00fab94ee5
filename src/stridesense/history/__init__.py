"""What is kept of sessions and mornings, in one SQLite file; the strides stay in the recordings."""
