"""What becomes of a response, from its start alone: values in, values out."""
