"""How figures read and how they are drawn, for people and for programs."""
