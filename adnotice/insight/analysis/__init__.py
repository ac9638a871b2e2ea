"""From tallies to figures, and how sure they are."""
