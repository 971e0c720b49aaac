"""Replicates, the pool that they run on, and comparisons."""
