"""The tag's way into a body: where it goes, into plain bytes, into compressed ones."""
