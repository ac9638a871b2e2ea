"""Callers that wait for the writer's thread, on whichever kind of event loop they run."""
