"""Who may look: passwords, sessions, forms, and their limits."""
