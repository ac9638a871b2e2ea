"""Is a blocker on? Baits, witnesses, verdicts."""
