"""What `make bench` runs. Not shipped."""
