"""What each command of the command line does: one module a command, or a few that belong together."""
