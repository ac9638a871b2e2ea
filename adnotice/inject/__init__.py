"""A page on its way out: does it carry the tag, where, and what becomes of its headers."""
