"""What may be forgotten at any time without any page changing: it only spares work."""
