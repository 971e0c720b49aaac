"""Figures from what record wrote. Nothing here runs the model."""
