"""What the reader is asked, and what the reader answered."""
