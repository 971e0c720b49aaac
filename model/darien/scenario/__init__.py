"""Read and check what a run is told."""
