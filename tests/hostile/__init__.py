"""What an attacker sends, and what must come of it."""
