"""Figures, drawn from a made-up result."""
