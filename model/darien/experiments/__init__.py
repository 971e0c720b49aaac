"""Run many: replicates, comparisons, and the pool that they run on."""
