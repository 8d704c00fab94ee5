"""Recordings on disk: written, read, recovered, imported from CSV, summed up."""
