"""From what happened to what is committed: the writer, its thread, who waits for it."""
