"""What is kept: tallies, each thing counted exactly once."""
