"""What a run leaves: counts, outcomes, reported counts, the store on disk."""
